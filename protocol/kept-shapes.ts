/**
 * Keeps compiled code alive. V8 compiles a function for the shapes of the objects it has met, and throws the code away when a full
 * garbage collection finds no object of such a shape. Objects of requests are gone between two requests, so every collection
 * threw away the code of the request line (docs/decisions/0058-what-a-request-costs.md). The last object of each kind stays alive.
 */
type Kind =
  | 'question'
  | 'field names'
  | 'sent question'
  | 'reply'
  | 'lease'
  | 'ask'
  | 'report'
  | 'waiting message'
  | 'ledger answer'
  | 'attempt limit'
  | 'timer';

const kept: Partial<Record<Kind, object>> = {};

/** JSON that was longer is not kept: it would take memory for nothing. In characters of its text. */
export const LONGEST_KEPT = 16_384;

/** Keeps this object until the next of its kind comes. */
export function keepShape(kind: Kind, example: object): void {
  kept[kind] = example;
}
