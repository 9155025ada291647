import type { AdminScope } from './operators.ts';

const RANKS: Readonly<Record<AdminScope, number>> = { read: 0, operate: 1, root: 2 };

/** Each scope also allows what the smaller ones do. */
export const allows = (has: AdminScope, needed: AdminScope): boolean => RANKS[has] >= RANKS[needed];
