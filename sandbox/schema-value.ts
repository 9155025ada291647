import { asArray, asObject, isObject, type Json } from './json.ts';
import { pick, type Random } from './random.ts';

export interface SchemaContext {
  random: Random;
  /** A suitable string for a property of this name, such as the city that the prompt asks about. */
  textFor: (propertyName: string) => string;
}

const MAX_DEPTH = 12;

/** A value that fits a JSON schema. The same schema, prompt and seed give the same value. */
export function valueForSchema(schema: Json, context: SchemaContext): unknown {
  return build(schema, schema, '', 0, context);
}

function build(schema: Json, root: Json, name: string, depth: number, context: SchemaContext): unknown {
  const { random } = context;
  if (depth > MAX_DEPTH) return null;
  if (typeof schema.$ref === 'string') return build(resolve(schema.$ref, root), root, name, depth + 1, context);
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return pick(random, schema.enum);
  if (Array.isArray(schema.allOf)) return build(merge(schema), root, name, depth + 1, context);
  const alternatives = asArray(schema.anyOf ?? schema.oneOf).filter(isObject);
  // The last levels take the simplest alternative (often null), so that a recursive schema ends.
  const alternative = depth > 4 ? alternatives.at(-1) : alternatives[0];
  if (alternative !== undefined) return build(alternative, root, name, depth + 1, context);

  switch (typeOf(schema, depth)) {
    case 'object':
      return buildObject(schema, root, depth, context);
    case 'array': {
      const least = numberOr(schema.minItems, 0);
      const count = depth > 4 ? least : Math.max(least, Math.min(2, numberOr(schema.maxItems, 2)));
      const items = asObject(schema.items);
      return Array.from({ length: count }, () => build(items, root, name, depth + 1, context));
    }
    case 'integer':
      return buildNumber(schema, random, 1);
    case 'number':
      return buildNumber(schema, random, numberOr(schema.multipleOf, 0.1));
    case 'boolean':
      return random() < 0.5;
    case 'null':
      return null;
    default:
      return buildString(schema, name, context);
  }
}

function buildObject(schema: Json, root: Json, depth: number, context: SchemaContext): Json {
  const required = asArray(schema.required);
  const value: Json = {};
  for (const [property, inner] of Object.entries(asObject(schema.properties))) {
    if (depth > 4 && !required.includes(property)) continue;
    value[property] = build(asObject(inner), root, property, depth + 1, context);
  }
  return value;
}

function buildNumber(schema: Json, random: Random, step: number): number {
  const unit = numberOr(schema.multipleOf, step);
  const low = numberOr(
    schema.minimum,
    numberOr(schema.exclusiveMinimum, 0) + (schema.exclusiveMinimum === undefined ? 0 : unit),
  );
  const high = numberOr(schema.maximum, numberOr(schema.exclusiveMaximum, low + 100 * unit + unit) - unit);
  const first = Math.ceil(low / unit);
  const last = Math.max(first, Math.floor(high / unit));
  const chosen = (first + Math.floor(random() * (last - first + 1))) * unit;
  return Number(chosen.toFixed(6));
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-11-21',
  time: '09:30:00Z',
  'date-time': '2026-11-21T09:30:00Z',
  duration: 'PT30M',
  email: 'ada@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  uuid: '0190d3a4-7c1e-7b2a-9f00-5a2b3c4d5e6f',
};

function buildString(schema: Json, name: string, context: SchemaContext): string {
  const fixed = typeof schema.format === 'string' ? FORMATS[schema.format] : undefined;
  if (fixed !== undefined) return fixed;
  const example = [schema.default, ...asArray(schema.examples)].find((value) => typeof value === 'string');
  const text = typeof example === 'string' ? example : context.textFor(name);
  return text.padEnd(numberOr(schema.minLength, 0), '.').slice(0, numberOr(schema.maxLength, 1000));
}

function typeOf(schema: Json, depth: number): unknown {
  if (Array.isArray(schema.type)) {
    return depth > 4 && schema.type.includes('null') ? 'null' : schema.type.find((type) => type !== 'null');
  }
  if (schema.type !== undefined) return schema.type;
  if (isObject(schema.properties)) return 'object';
  return isObject(schema.items) ? 'array' : 'string';
}

function merge(schema: Json): Json {
  const { allOf, ...own } = schema;
  const merged: Json = { ...own };
  for (const part of asArray(allOf).filter(isObject)) {
    const properties = { ...asObject(merged.properties), ...asObject(part.properties) };
    const required = [...asArray(merged.required), ...asArray(part.required)];
    Object.assign(merged, part, { properties, required });
  }
  return merged;
}

function resolve(ref: string, root: Json): Json {
  let at: unknown = root;
  for (const step of ref.replace(/^#\/?/, '').split('/')) {
    if (step !== '') at = asObject(at)[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return asObject(at);
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
