import { userInfo } from 'node:os';

/** Who is noted beside a change: this machine's user, unless told. Undefined where the machine knows none: the router has a word. */
export function operatorName(told: string | undefined): string | undefined {
  if (told !== undefined) return told;
  try {
    const { username } = userInfo();
    return /^[^\p{Cc}\p{Cs}]{1,100}$/u.test(username) ? username : undefined;
  } catch {
    return undefined; // an id without an entry, as in some containers
  }
}
