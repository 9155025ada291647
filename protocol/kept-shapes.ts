/**
 * Keeps compiled code alive. V8 compiles a function for the shapes of the objects that it has seen, and discards the code when a full
 * garbage collection finds no object of such a shape. Between two requests no object of a request is alive, so every collection used to
 * discard the code of the line (docs/decisions/0058-what-a-request-costs.md). Now the last object of each kind stays alive.
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

/** The longest JSON that is kept, in characters of its text. Longer JSON would only waste memory. */
export const LONGEST_KEPT = 16_384;

/** Keeps this object until the next one of its kind is kept. */
export function keepShape(kind: Kind, example: object): void {
  kept[kind] = example;
}
