/** Checks values against the JSON schemas of the API's description: a field more is a problem too. */

/** The keywords that replies' schemas use. */
export interface Schema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema;
  $ref?: string;
}

const KEYWORDS = 'type const enum anyOf items properties required additionalProperties $ref'.split(' ');

/** Remembers which lists were never seen with an entry: of these, the check proves nothing. */
export class SchemaCheck {
  readonly #named: Record<string, Schema>;
  readonly #seen = new Set<Schema>();
  readonly #lists = new Map<Schema, string>();

  constructor(named: Record<string, Schema>) {
    this.#named = named;
  }

  /** What is wrong with `value`, and where. */
  problems(schema: Schema, value: unknown, at: string): string[] {
    const unknown = Object.keys(schema).filter((keyword) => !KEYWORDS.includes(keyword));
    if (unknown.length > 0) throw new Error(`${at}: this check does not know ${unknown.join(' and ')}`);
    const problems = [...this.#ofValue(schema, value, at), ...this.#ofAny(schema, value, at)];
    this.#seen.add(schema);
    if (Array.isArray(value) && schema.items !== undefined) this.#lists.set(schema.items, at.replace(/\[\d+\]/g, '[]'));
    return problems;
  }

  /** Where they are. */
  emptyLists(): string[] {
    return [...this.#lists].flatMap(([items, at]) => (this.#seen.has(items) ? [] : [at])).toSorted();
  }

  #ofAny({ $ref, anyOf }: Schema, value: unknown, at: string): string[] {
    if ($ref !== undefined) {
      const name = $ref.replace('#/components/schemas/', '');
      return this.problems(this.#named[name] ?? { const: `no schema ${name}` }, value, at);
    }
    if (anyOf === undefined) return [];
    const tried = anyOf.map((one) => this.problems(one, value, at));
    return tried.some((problems) => problems.length === 0) ? [] : tried.flat();
  }

  #ofValue({ type, items, ...schema }: Schema, value: unknown, at: string): string[] {
    const found = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
    const said = `${at} is ${JSON.stringify(value)?.slice(0, 200)}`;
    if (type !== undefined && ![type].flat().includes(found)) return [`${said}, not ${[type].flat().join(' or ')}`];
    if ('const' in schema && value !== schema.const) return [`${said}, not ${JSON.stringify(schema.const)}`];
    if (schema.enum !== undefined && !schema.enum.includes(value))
      return [`${said}, none of ${schema.enum.join(', ')}`];
    if (Array.isArray(value))
      return value.flatMap((one, index) => (items === undefined ? [] : this.problems(items, one, `${at}[${index}]`)));
    return found === 'object' && type === 'object' ? this.#ofFields(schema, value as object, at) : [];
  }

  #ofFields({ properties = {}, required = [], additionalProperties }: Schema, value: object, at: string): string[] {
    const missing = required.filter((name) => !Object.hasOwn(value, name)).map((name) => `${at}.${name} is missing`);
    const others = Object.entries(value).flatMap(([name, one]) => {
      const schema = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
      return schema === undefined ? [`${at}.${name} is not described`] : this.problems(schema, one, `${at}.${name}`);
    });
    return [...missing, ...others];
  }
}
