import { userInfo } from 'node:os';

/**
 * The name that is recorded with a change: `--who`, or else this machine's user. Undefined if the machine knows no user. The router then
 * records a default.
 */
export function operatorName(told: string | undefined): string | undefined {
  if (told !== undefined) return told;
  try {
    const { username } = userInfo();
    return /^[^\p{Cc}\p{Cs}]{1,100}$/u.test(username) ? username : undefined;
  } catch {
    return undefined; // the user id has no entry, as in some containers
  }
}
