/** Whether a value keeps a JSON Schema, in the subset that structured answers use. */

/** A schema may refer to itself, and a client writes it, so checking stops after this many steps. */
const MOST_STEPS = 50_000;
const DEEPEST = 100;

type Schema = Readonly<Record<string, unknown>>;

/**
 * Undefined if the check takes too many steps. Keywords that structured outputs lack are not checked, nor are patterns, which may
 * take any amount of time.
 */
export function keepsSchema(value: unknown, schema: unknown): boolean | undefined {
  const check = new SchemaCheck(schema);
  const keeps = check.holds(value, schema, 0);
  return check.isTooLarge ? undefined : keeps;
}

class SchemaCheck {
  isTooLarge = false;
  readonly #root: unknown;
  #steps = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  holds(value: unknown, schema: unknown, depth: number): boolean {
    this.#steps += 1;
    if (this.#steps > MOST_STEPS || depth > DEEPEST) this.isTooLarge = true;
    if (this.isTooLarge || schema === true || !isObject(schema)) return schema !== false;
    const all = (list: unknown): boolean => listOf(list).every((one) => this.holds(value, one, depth + 1));
    const count = (list: unknown): number => listOf(list).filter((one) => this.holds(value, one, depth + 1)).length;
    if (!isOfType(value, schema.type) || !isOneOf(value, schema) || !isInRange(value, schema)) return false;
    if (typeof schema.$ref === 'string' && !this.holds(value, this.#target(schema.$ref), depth + 1)) return false;
    if (!all(schema.allOf)) return false;
    if (schema.anyOf !== undefined && count(schema.anyOf) === 0) return false;
    if (schema.oneOf !== undefined && count(schema.oneOf) !== 1) return false;
    if (Array.isArray(value)) return this.#holdsItems(value, schema, depth);
    return !isObject(value) || this.#holdsProperties(value, schema, depth);
  }

  #holdsItems(value: readonly unknown[], { items, prefixItems }: Schema, depth: number): boolean {
    const first = listOf(prefixItems);
    return value.every((item, index) => this.holds(item, index < first.length ? first[index] : items, depth + 1));
  }

  #holdsProperties(value: Schema, { properties, required, additionalProperties }: Schema, depth: number): boolean {
    if (!listOf(required).every((name) => Object.hasOwn(value, String(name)))) return false;
    const known = isObject(properties) ? properties : {};
    return Object.entries(value).every(([name, one]) =>
      this.holds(one, Object.hasOwn(known, name) ? known[name] : additionalProperties, depth + 1),
    );
  }

  /** The schema at `#`, or at a path such as `#/$defs/step`. A path that leads nowhere allows everything. */
  #target(reference: string): unknown {
    let found = this.#root;
    for (const part of reference.split('/').slice(1)) {
      const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
      found = isObject(found) && Object.hasOwn(found, name) ? found[name] : undefined;
    }
    return found;
  }
}

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function isOfType(value: unknown, type: unknown): boolean {
  const types = typeof type === 'string' ? [type] : listOf(type);
  return types.length === 0 || types.some((one) => isA(value, one));
}

function isA(value: unknown, type: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

/** Compares numbers, strings, true, false and null. Objects and lists in an `enum` are not compared. */
function isOneOf(value: unknown, { enum: values, const: only }: Schema): boolean {
  const allowed = only === undefined ? values : [only];
  if (!Array.isArray(allowed)) return true;
  return allowed.some((one) => one === value || (typeof one === 'object' && one !== null));
}

function isInRange(value: unknown, schema: Schema): boolean {
  const atLeast = (size: number, least: unknown) => typeof least !== 'number' || size >= least;
  const atMost = (size: number, most: unknown) => typeof most !== 'number' || size <= most;
  if (Array.isArray(value)) return atLeast(value.length, schema.minItems) && atMost(value.length, schema.maxItems);
  if (typeof value === 'string')
    return atLeast(value.length, schema.minLength) && atMost(value.length, schema.maxLength);
  if (typeof value !== 'number') return true;
  const { exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  if ((typeof above === 'number' && value <= above) || (typeof below === 'number' && value >= below)) return false;
  return atLeast(value, schema.minimum) && atMost(value, schema.maximum);
}
