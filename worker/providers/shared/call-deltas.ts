import { isObject, type Json } from '../../../protocol/json.ts';
import { identify } from './call-identity.ts';

/**
 * The calls of one choice of a stream, made readable: clients take `index` for a place in their list of calls, and join what has the
 * same one. Gemini and others give parallel calls the index 0; gateways in front of Claude also count the texts before a call.
 */
export class CallDeltas {
  /** By the provider's index and the call's id: the index that clients see. */
  readonly #byId = new Map<string, number>();
  /** By the id of a call without an index: more of it may come at any place of a delta. */
  readonly #placed = new Map<unknown, number>();
  /** By the provider's index: the client's index of the latest call. */
  readonly #current = new Map<number, number>();
  /** By the client's index: the name that the call began with. */
  readonly #names = new Map<number, unknown>();
  #count = 0;
  /** The arguments so far of calls without an id. Only a new beginning or name after complete arguments shows a second call. */
  readonly #said = new Map<number, string>();

  /** Mends the calls of a delta in place; true if one changed. `madeId`: the id of a call that comes without one. */
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
      const mended = isFirst ? isNamed(call) && identify(call, () => madeId(index)) : this.#withoutNothing(call, index);
      if (isFirst) this.#names.set(index, nameOf(call));
      changed ||= mended;
    }
    return changed;
  }

  #indexOf(call: Json, place: number): number {
    const own = indexIn(call);
    const told = own ?? place;
    const id = typeof call.id === 'string' && call.id !== '' ? `${told} ${call.id}` : undefined;
    const current = this.#current.get(told);
    const isMore = own === undefined && !isNamed(call);
    const known =
      id === undefined ? undefined : (this.#byId.get(id) ?? (isMore ? this.#placed.get(call.id) : undefined));
    const begins = isNamed(call) && (id === undefined ? this.#isSecond(call, current) : known === undefined);
    const index = known ?? (current === undefined || begins ? this.#count++ : current);
    if (id === undefined) this.#said.set(index, (this.#said.get(index) ?? '') + argumentsOf(call));
    this.#current.set(told, index);
    if (id !== undefined && known === undefined) {
      this.#byId.set(id, index);
      if (own === undefined) this.#placed.set(call.id, index);
    }
    return index;
  }

  /** Takes null and empty fields and the same name out of later deltas: clients replace what the first said, or join names. */
  #withoutNothing(call: Json, index: number): boolean {
    const inCall = without(call, ['id', 'type'], '');
    const inFunction = isObject(call.function) && without(call.function, ['name'], this.#names.get(index));
    return inFunction || inCall;
  }

  /** The delta begins new arguments or has another name, and the arguments before it are complete. */
  #isSecond(call: Json, current: number | undefined): boolean {
    if (current === undefined) return false;
    const name = this.#names.get(current);
    const isOther = Boolean(name) && name !== nameOf(call);
    if (!isOther && !argumentsOf(call).startsWith('{')) return false;
    try {
      return isObject(JSON.parse(this.#said.get(current) ?? ''));
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

/** Takes out fields that are null, empty or `known`. */
function without(object: Json, names: readonly string[], known: unknown): boolean {
  let changed = false;
  for (const name of names) {
    if (!(name in object) || ((object[name] ?? '') !== '' && object[name] !== known)) continue;
    delete object[name];
    changed = true;
  }
  return changed;
}
