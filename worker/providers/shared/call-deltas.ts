import { isObject, type Json, nonEmpty } from '../../../protocol/json.ts';
import { ensureCallIdentity } from './call-identity.ts';

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
  /** By the index that clients see. */
  readonly #begun = new Map<number, Begun>();
  #count = 0;

  /** Repairs the calls of a delta in place. Returns true if one changed. `madeId` makes the id of a call that comes without one. */
  mend(calls: readonly unknown[], madeId: (index: number) => string): boolean {
    let changed = false;
    for (const [place, call] of calls.entries()) {
      if (!isObject(call)) continue;
      const index = this.#indexOf(call, place);
      if (call.index !== index) {
        call.index = index;
        changed = true;
      }
      const begun = this.#begun.get(index);
      if (begun !== undefined) changed = dropNeedless(call, begun) || changed;
      else {
        this.#begun.set(index, {
          name: nameOf(call),
          hasId: nonEmpty(call.id) !== undefined,
          arguments: argumentsOf(call),
        });
        if (isNamed(call)) changed = ensureCallIdentity(call, () => madeId(index)) || changed;
      }
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
    this.#current.set(providersIndex, index);
    if (id !== undefined && known === undefined) {
      this.#byId.set(id, index);
      if (own === undefined) this.#placed.set(call.id, index);
    }
    return index;
  }

  /**
   * True if the delta begins new arguments or has another name, and the arguments before it are complete. Only that shows a second
   * call where calls have no ids.
   */
  #isSecond(call: Json, current: number | undefined): boolean {
    const begun = current === undefined ? undefined : this.#begun.get(current);
    if (begun === undefined || begun.hasId) return false;
    const isOther = Boolean(begun.name) && begun.name !== nameOf(call);
    return (isOther || argumentsOf(call).startsWith('{')) && isComplete(begun.arguments);
  }
}

/** What is known of a call that has begun. */
interface Begun {
  name: unknown;
  hasId: boolean;
  /** The arguments so far. */
  arguments: string;
}

/**
 * Repairs a later delta. Null fields, empty fields and a repeated name are deleted, because clients replace the first value, or join
 * names. Complete arguments that come once more (GLM) are taken out. Gemini's late signature gets the `function` that SDKs need.
 */
function dropNeedless(call: Json, begun: Begun): boolean {
  let changed = without(call, ['id', 'type'], '');
  if (isObject(call.function)) changed = without(call.function, ['name'], begun.name) || changed;
  else if (begun.name && !isObject(call.custom)) {
    call.function = {};
    changed = true;
  }
  const more = argumentsOf(call);
  if (more === '' || more !== begun.arguments || !isComplete(more)) {
    begun.arguments += more;
    return changed;
  }
  (call.function as Json).arguments = '';
  return true;
}

/** True if arguments are a whole JSON object, so that nothing more can follow. */
function isComplete(text: string): boolean {
  try {
    return isObject(JSON.parse(text));
  } catch {
    return false;
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
