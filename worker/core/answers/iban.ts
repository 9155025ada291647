/** IBANs (ISO 13616): a country's own length, in one piece or in groups, with a remainder of 1 by 97. */

/** Country and length, by SWIFT's registry. */
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

/** Where one may begin: not within a word, but after a line break that is written as `\n` inside of JSON. */
const BEGINNING = /(?:^|[^A-Za-z0-9]|\\[nrt])([A-Za-z]{2}\d{2})/gu;
const SEPARATOR = /[ .\-\u00a0\u2009\u202f]/u;
/** With a sign between any two. */
const LONGEST_WRITTEN = 33 * 2;

export function hasIban(text: string): boolean {
  for (const { index, 0: found } of text.matchAll(BEGINNING)) {
    const start = index + found.length - 4;
    const length = LENGTHS.get(text.slice(start, start + 2).toUpperCase());
    if (length !== undefined && isIban(text.slice(start, start + LONGEST_WRITTEN), length)) return true;
  }
  return false;
}

function isIban(written: string, length: number): boolean {
  let letters = '';
  for (let index = 0; index < written.length && letters.length < length; index++) {
    const letter = written[index] ?? '';
    if (/[A-Za-z0-9]/u.test(letter)) letters += letter;
    else if (!SEPARATOR.test(letter) || SEPARATOR.test(written[index - 1] ?? '')) return false;
  }
  return letters.length === length && remainder(letters.slice(4) + letters.slice(0, 4)) === 1;
}

/** By 97; a letter is a number from 10. */
function remainder(letters: string): number {
  let rest = 0;
  for (const letter of letters) {
    const value = Number.parseInt(letter, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}
