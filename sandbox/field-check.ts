import { isObject, type Json } from './json.ts';

export type FieldType =
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'array'
  | 'object'
  | 'string or array'
  | 'string or object';

export interface FieldRule {
  type: FieldType;
  nullable?: boolean;
  least?: number;
  most?: number;
}

/** What is wrong with one field. Each wire format puts it into its own words. */
export type FieldFault =
  | { kind: 'unknown'; fields: string[] }
  | { kind: 'type'; field: string; expected: FieldType; value: unknown }
  | { kind: 'low' | 'high'; field: string; type: FieldType; limit: number; value: number };

/** Checks the top level of a body against a closed table: an unknown field is an error, as at the real providers. */
export function checkFields(body: Json, rules: Readonly<Record<string, FieldRule>>): FieldFault | undefined {
  const unknown = Object.keys(body).filter((field) => !Object.hasOwn(rules, field));
  if (unknown.length > 0) return { kind: 'unknown', fields: unknown };
  for (const [field, rule] of Object.entries(rules)) {
    const value = body[field];
    if (value === undefined || (value === null && rule.nullable === true)) continue;
    if (!fits(value, rule.type)) return { kind: 'type', field, expected: rule.type, value };
    if (typeof value !== 'number') continue;
    if (rule.least !== undefined && value < rule.least)
      return { kind: 'low', field, type: rule.type, limit: rule.least, value };
    if (rule.most !== undefined && value > rule.most)
      return { kind: 'high', field, type: rule.type, limit: rule.most, value };
  }
  return undefined;
}

function fits(value: unknown, type: FieldType): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'string or array':
      return typeof value === 'string' || Array.isArray(value);
    case 'string or object':
      return typeof value === 'string' || isObject(value);
    default:
      return typeof value === type;
  }
}
