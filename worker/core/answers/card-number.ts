/** Recognizes payment card numbers: 13 to 19 digits, the first from 2 to 6, in one piece or in groups, with Luhn's check digit. */

const FEWEST = 13;
const MOST = 19;
/** Groups with one separator between them. */
const IN_GROUPS = /\d+(?:[ .\-\u00a0\u2009\u202f]\d+)*/gu;

/** True if the text contains a card number. */
export function hasCardNumber(text: string): boolean {
  for (const [run] of text.matchAll(IN_GROUPS)) if (hasCardIn(run.split(/\D/u))) return true;
  return false;
}

/**
 * Tries every run of adjacent groups, because an expiry date or a check code may follow. Only a number's last group may be shorter
 * than four digits.
 */
function hasCardIn(groups: readonly string[]): boolean {
  for (let first = 0; first < groups.length; first++) {
    let digits = '';
    for (let next = first; next < groups.length; next++) {
      const group = groups[next] ?? '';
      digits += group;
      if (digits.length > MOST) break;
      if (digits.length >= FEWEST && /^[2-6]/u.test(digits) && hasLuhnDigit(digits)) return true;
      if (group.length < 4) break;
    }
  }
  return false;
}

function hasLuhnDigit(digits: string): boolean {
  let sum = 0;
  for (let index = digits.length - 1, doubled = false; index >= 0; index--, doubled = !doubled) {
    const digit = Number(digits[index]);
    sum += doubled ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return sum % 10 === 0;
}
