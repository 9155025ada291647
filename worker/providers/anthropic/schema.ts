import { isObject, type Json } from '../../../protocol/json.ts';

const DEEPEST = 40;

/** Keywords that are kept unchanged. */
const KEPT = new Set(['type', 'enum', 'const', 'required', 'title', 'description', 'default', '$ref']);
/** Keywords that hold one schema, a list of them, or schemas by name. */
const LISTS = new Set(['anyOf', 'allOf']);
const MAPS = new Set(['properties', '$defs', 'definitions']);
const FORMATS = new Set(
  'date-time time date duration email hostname uri ipv4 ipv6 uuid'.split(' '), // what Anthropic's structured outputs list
);

/**
 * A JSON Schema as Anthropic's structured outputs take it (platform.claude.com, structured outputs): every object is closed, and
 * limits on numbers and lengths move into the description. Undefined if it cannot be expressed. The format is then asked for in words.
 */
export function structuredSchema(schema: Json): Json | undefined {
  const closed = schema.type === 'object' || Array.isArray(schema.anyOf) ? close(schema, 0) : undefined;
  return closed === undefined || isRecursive(closed) ? undefined : closed;
}

function close(schema: unknown, depth: number): Json | undefined {
  if (!isObject(schema) || depth > DEEPEST) return undefined;
  const closed: Json = {};
  const described: string[] = [];
  for (const key of Object.keys(schema)) {
    const value = schema[key];
    if (KEPT.has(key)) closed[key] = value;
    else if (MAPS.has(key)) closed[key] = closeMap(value, depth);
    else if (LISTS.has(key) || key === 'oneOf') closed[key === 'oneOf' ? 'anyOf' : key] = closeList(value, depth);
    else if (key === 'items') closed.items = close(value, depth + 1);
    else if (key === 'additionalProperties') {
      if (value !== false) return undefined; // an open map cannot be expressed
    } else if (isSupported(key, value)) closed[key] = value;
    else if (key !== '$schema' && key !== '$id') described.push(`${key}: ${JSON.stringify(value)}`);
  }
  if (Object.values(closed).includes(undefined) || refersOutside(closed.$ref)) return undefined;
  // A closed object without properties would hold nothing. Of two lists of choices only one can be kept.
  const isObjectType = closed.type === 'object' || (Array.isArray(closed.type) && closed.type.includes('object'));
  if (isObjectType && closed.properties === undefined && schema.additionalProperties !== false) return undefined;
  if (schema.oneOf !== undefined && schema.anyOf !== undefined) return undefined;
  if (isObjectType || closed.properties !== undefined) closed.additionalProperties = false;
  if (described.length > 0) {
    const description = typeof closed.description === 'string' ? closed.description : '';
    closed.description = `${description} (${described.join(', ')})`.trim();
  }
  return closed;
}

const isSupported = (key: string, value: unknown): boolean =>
  key === 'format'
    ? typeof value === 'string' && FORMATS.has(value)
    : key === 'minItems' && (value === 0 || value === 1);

const NAMED = /"\$ref":"#\/(?:\$defs|definitions)\/([^"]+)"/g;

/**
 * True if a named schema refers to itself, which Anthropic refuses. Schemas without references are done first, then those that refer
 * only to schemas that are done. What remains refers to itself in a circle.
 */
function isRecursive({ $defs, definitions }: Json): boolean {
  const schemas = new Map([$defs, definitions].flatMap((map) => (isObject(map) ? Object.entries(map) : [])));
  const usersOf = new Map<string, string[]>();
  const open = new Map<string, number>();
  const done: string[] = [];
  for (const [name, schema] of schemas) {
    const used = [...JSON.stringify(schema).matchAll(NAMED)].flatMap(([, other = '']) =>
      schemas.has(other) ? [other] : [],
    );
    for (const other of used) {
      const users = usersOf.get(other);
      if (users === undefined) usersOf.set(other, [name]);
      else users.push(name);
    }
    open.set(name, used.length);
    if (used.length === 0) done.push(name);
  }
  // The list grows while it is read.
  for (const name of done) {
    for (const user of usersOf.get(name) ?? []) {
      const left = (open.get(user) ?? 0) - 1;
      open.set(user, left);
      if (left === 0) done.push(user);
    }
  }
  return done.length < schemas.size;
}

/** A reference to the root is always recursion. */
const refersOutside = (reference: unknown): boolean =>
  reference !== undefined && !(typeof reference === 'string' && /^#\/(\$defs|definitions)\/[^/]+$/.test(reference));

function closeMap(value: unknown, depth: number): Json | undefined {
  if (!isObject(value)) return undefined;
  const closed: Json = {};
  for (const name of Object.keys(value)) {
    const schema = close(value[name], depth + 1);
    if (schema === undefined || name === '__proto__') return undefined;
    closed[name] = schema;
  }
  return closed;
}

function closeList(value: unknown, depth: number): Json[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const closed = value.map((schema) => close(schema, depth + 1));
  return closed.some((schema) => schema === undefined) ? undefined : (closed as Json[]);
}
