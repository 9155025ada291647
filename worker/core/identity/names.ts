import { ok, type Result, refused } from '../../../protocol/result.ts';

/**
 * Names of users and features as they are compared and stored: in NFC, because "é" may be one character or two, and a budget for
 * one must hold for the other.
 */
export const canonicalName = (name: string): string => name.normalize('NFC');

/**
 * Whether a name can tell users apart. Half a surrogate pair does not survive storage, and bytes that are not UTF-8 all become
 * U+FFFD: "José" and "Josè" sent in Latin-1 would be the same user.
 */
export const isDistinctName = (name: string): boolean => !/[\p{Cc}\p{Cs}\ufffd]/u.test(name);

const LONGEST_USER = 256;
/** NFC joins combining characters, so a name may arrive longer than it counts. */
const LONGEST_WRITTEN = 4 * LONGEST_USER;

/** A user's name in the form in which it is stored, or what is wrong with it. */
export function userName(written: string): Result<string, string> {
  if (written.length > LONGEST_WRITTEN) return TOO_LONG;
  const user = canonicalName(written);
  if (user.length > LONGEST_USER) return TOO_LONG;
  return isDistinctName(user) ? ok(user) : UNTELLING;
}

const TOO_LONG = refused(`A user's name has at most ${LONGEST_USER} characters.`);
const UNTELLING = refused("A user's name has no control characters and no half characters, and is sent in UTF-8.");
