import type { AdminScope } from './operators.ts';

const RANKS: Readonly<Record<AdminScope, number>> = { read: 0, operate: 1, root: 2 };

/** True if scope `has` covers `needed`. Each scope includes the smaller ones. */
export const scopeCovers = (has: AdminScope, needed: AdminScope): boolean => RANKS[has] >= RANKS[needed];
