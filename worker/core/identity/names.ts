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
