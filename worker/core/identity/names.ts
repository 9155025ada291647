/**
 * Names of people and features as they are compared and kept: in NFC, since "é" may come as one character or as two, and a budget
 * set for one must hold for the other.
 */
export const canonicalName = (name: string): string => name.normalize('NFC');
