import { isObject, type Json } from '../../../protocol/json.ts';
import { identify } from './call-identity.ts';

/**
 * Makes the calls of one choice of a stream readable. Clients take `index` for a place in their list of calls, and join deltas with
 * the same index. Gemini and others give parallel calls the index 0. Gateways in front of Claude also count the texts before a call.
 */
export class CallDeltas {
  /** The index that clients see, by the provider's index and the call's id. */
  readonly #byId = new Map<string, number>();
  /** The index that clients see, by the id of a call without an index. More of such a call may come at any place of a delta. */
  readonly #placed = new Map<unknown, number>();
  /** The index that clients see for the latest call, by the provider's index. */
  readonly #current = new Map<number, number>();
  /** The name that the call began with, by the index that clients see. */
  readonly #names = new Map<number, unknown>();
  #count = 0;
  /** The arguments so far of calls without an id. Only a new beginning or name after complete arguments shows a second call. */
  readonly #arguments = new Map<number, string>();

  /** Repairs the calls of a delta in place. Returns true if one changed. `madeId` makes the id of a call that comes without one. */
  mend(calls: readonly unknown[], madeId: (index: number) => string): boolean {
    let changed = false;
    for (const [place, call] of calls.entries()) {
      if (!isObject(call)) continue;
      const known = this.#count;
      const index = this.#indexOf(call, place);
      if (call.index !== index) {
        call.index = index;
        changed = true;
      }
      const isFirst = index >= known;
      const mended = isFirst ? isNamed(call) && identify(call, () => madeId(index)) : this.#dropNeedless(call, index);
      if (isFirst) this.#names.set(index, nameOf(call));
      changed ||= mended;
    }
    return changed;
  }

  #indexOf(call: Json, place: number): number {
    const own = indexIn(call);
    const providersIndex = own ?? place;
    const id = typeof call.id === 'string' && call.id !== '' ? `${providersIndex} ${call.id}` : undefined;
    const current = this.#current.get(providersIndex);
    const isMore = own === undefined && !isNamed(call);
    const known =
      id === undefined ? undefined : (this.#byId.get(id) ?? (isMore ? this.#placed.get(call.id) : undefined));
    const begins = isNamed(call) && (id === undefined ? this.#isSecond(call, current) : known === undefined);
    const index = known ?? (current === undefined || begins ? this.#count++ : current);
    if (id === undefined) this.#arguments.set(index, (this.#arguments.get(index) ?? '') + argumentsOf(call));
    this.#current.set(providersIndex, index);
    if (id !== undefined && known === undefined) {
      this.#byId.set(id, index);
      if (own === undefined) this.#placed.set(call.id, index);
    }
    return index;
  }

  /** Deletes null fields, empty fields and a repeated name from later deltas, because clients replace the first value, or join names. */
  #dropNeedless(call: Json, index: number): boolean {
    const inCall = without(call, ['id', 'type'], '');
    const inFunction = isObject(call.function) && without(call.function, ['name'], this.#names.get(index));
    return inFunction || inCall;
  }

  /** True if the delta begins new arguments or has another name, and the arguments before it are complete. */
  #isSecond(call: Json, current: number | undefined): boolean {
    if (current === undefined) return false;
    const name = this.#names.get(current);
    const isOther = Boolean(name) && name !== nameOf(call);
    if (!isOther && !argumentsOf(call).startsWith('{')) return false;
    try {
      return isObject(JSON.parse(this.#arguments.get(current) ?? ''));
    } catch {
      return false;
    }
  }
}

/** Some providers send the index as a string. */
function indexIn({ index }: Json): number | undefined {
  if (typeof index === 'number') return index;
  return typeof index === 'string' && index !== '' && Number.isFinite(Number(index)) ? Number(index) : undefined;
}

const nameOf = ({ function: called }: Json): unknown => (isObject(called) ? called.name : undefined);

const isNamed = (call: Json): boolean => Boolean(nameOf(call));

const argumentsOf = ({ function: called }: Json): string =>
  isObject(called) && typeof called.arguments === 'string' ? called.arguments : '';

/** Deletes fields that are null, empty or `known`. Returns true if there were any. */
function without(object: Json, names: readonly string[], known: unknown): boolean {
  let changed = false;
  for (const name of names) {
    if (!(name in object) || ((object[name] ?? '') !== '' && object[name] !== known)) continue;
    delete object[name];
    changed = true;
  }
  return changed;
}
