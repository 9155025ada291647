/** Recognizes IBANs (ISO 13616): their country's length, in one piece or in groups, and a remainder of 1 when divided by 97. */

/** Length by country, from SWIFT's registry. */
const LENGTHS = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 ' +
    'FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 ' +
    'LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 ' +
    'RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** Where an IBAN may begin: not inside a word, but after a line break written as `\n` in JSON. */
const BEGINNING = /(?:^|[^A-Za-z0-9]|\\[nrt])([A-Za-z]{2}\d{2})/gu;
const SEPARATORS = new Set([...' .-\u00a0\u2009\u202f'].map((sign) => sign.charCodeAt(0)));
/** An IBAN's first four characters make six digits, because each of the two letters counts as two digits. */
const BEGINNING_FACTOR = 1_000_000;

/** True if the text contains an IBAN. */
export function hasIban(text: string): boolean {
  for (const { index, 0: found } of text.matchAll(BEGINNING)) {
    const start = index + found.length - 4;
    const length = LENGTHS.get(text.slice(start, start + 2).toUpperCase());
    if (length !== undefined && isIban(text, start, length)) return true;
  }
  return false;
}

/**
 * True if an IBAN of this length begins at `start`, with at most one separator between two characters. Compares UTF-16 units, because
 * a hostile text may consist of nothing but beginnings.
 */
function isIban(text: string, start: number, length: number): boolean {
  let beginning = 0;
  let rest = 0;
  let count = 0;
  for (let index = start, isAfterSeparator = false; count < length; index++) {
    const unit = text.charCodeAt(index);
    const value = numberOf(unit);
    if (value === undefined) {
      if (isAfterSeparator || !SEPARATORS.has(unit)) return false;
      isAfterSeparator = true;
      continue;
    }
    isAfterSeparator = false;
    const factor = value > 9 ? 100 : 10;
    if (count < 4) beginning = beginning * factor + value;
    else rest = (rest * factor + value) % 97;
    count++;
  }
  // The standard puts the country and the check digits at the end of the number.
  return (rest * BEGINNING_FACTOR + beginning) % 97 === 1;
}

/** The value of a digit, or of a letter, where A is 10. */
function numberOf(unit: number): number | undefined {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const small = unit | 0x20;
  return small >= 0x61 && small <= 0x7a ? small - 0x61 + 10 : undefined;
}
