/**
 * Names of people and features as they are compared and kept: in NFC, since "é" may come as one character or as two, and a budget
 * set for one must hold for the other.
 */
export const canonicalName = (name: string): string => name.normalize('NFC');

/**
 * Whether a name tells one person from another. Half a surrogate pair would not come back from a table as it went in, and bytes
 * that are no UTF-8 all become U+FFFD: "José" and "Josè" sent in Latin-1 would be one.
 */
export const isTellingName = (name: string): boolean => !/[\p{Cc}\p{Cs}\ufffd]/u.test(name);

const LONGEST_USER = 256;
/** NFC joins what was written apart, so a name may come longer than it counts. */
const LONGEST_WRITTEN = 4 * LONGEST_USER;

/** A user's name as it is kept, such as the ledger can keep; or what is wrong with it. */
export function userName(written: string): { user: string } | { problem: string } {
  if (written.length > LONGEST_WRITTEN) return TOO_LONG;
  const user = canonicalName(written);
  if (user.length > LONGEST_USER) return TOO_LONG;
  return isTellingName(user) ? { user } : UNTELLING;
}

const TOO_LONG = { problem: `A user's name has at most ${LONGEST_USER} characters.` };
const UNTELLING = {
  problem: "A user's name has no control characters and no half characters, and is sent in UTF-8.",
};
