import { userInfo } from 'node:os';

/** The name recorded with a change: `--who`, or this machine's user. Undefined if the machine knows none; the router then records a default. */
export function operatorName(told: string | undefined): string | undefined {
  if (told !== undefined) return told;
  try {
    const { username } = userInfo();
    return /^[^\p{Cc}\p{Cs}]{1,100}$/u.test(username) ? username : undefined;
  } catch {
    return undefined; // an id without an entry, as in some containers
  }
}
