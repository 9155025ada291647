/** OTLP as JSON (opentelemetry-proto, "JSON Protobuf Encoding"): ids in hex, 64-bit numbers as strings, enums as numbers. */
import { type Dialect, nameOf } from './names.ts';

/** `AnyValue`: one of its fields. */
interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string;
  doubleValue?: number;
  arrayValue?: { values: AnyValue[] };
}

/** `KeyValue`. */
export interface Attribute {
  key: string;
  value: AnyValue;
}

/** An attribute's value: a number is a whole number, a decimal is an `AnyValue`; null, undefined and false are left out. */
type Told = string | number | boolean | readonly string[] | AnyValue | null | undefined;

/** What is known, by the names that the table of dialects has. */
export type Facts = Readonly<Record<string, Told>>;

/** A decimal. */
export const double = (doubleValue: number): AnyValue => ({ doubleValue });

/** Milliseconds as seconds. */
export const seconds = (ms: number | null): AnyValue | null => (ms === null ? null : double(ms / 1_000));

/** The facts that have a value, and a name in the dialect. */
export function attributesOf(facts: Facts, dialect: Dialect): Attribute[] {
  const attributes: Attribute[] = [];
  for (const [field, told] of Object.entries(facts)) {
    const key = nameOf(field, dialect);
    if (key === undefined || told === null || told === undefined || told === false) continue;
    attributes.push({ key, value: anyValue(told) });
  }
  return attributes;
}

function anyValue(told: NonNullable<Told>): AnyValue {
  if (typeof told === 'string') return { stringValue: told };
  if (typeof told === 'number') return { intValue: String(told) };
  if (typeof told === 'boolean') return { boolValue: told };
  return isList(told) ? { arrayValue: { values: told.map(anyValue) } } : told;
}

const isList = (told: readonly string[] | AnyValue): told is readonly string[] => Array.isArray(told);

/** Epoch nanoseconds from milliseconds, as a string: JSON's numbers cannot hold them. */
export const nanos = (ms: number): string => `${Math.round(ms)}000000`;

/** The sender: there is one per isolate. */
export interface Origin {
  /** A random id of this isolate. Metrics are sent as differences, so each isolate's are a series of their own. */
  instance: string;
  /** The router's own version, where a deploy has none. */
  version: string;
}

/** The body of an `ExportTraceServiceRequest` or `ExportMetricsServiceRequest`: all that one isolate sends in one call. */
export function bodyOf(
  kind: 'Spans' | 'Metrics',
  items: readonly object[],
  { instance, version }: Origin,
  build: string | null | undefined,
): string {
  const facts = { 'service.name': 'carryon', 'service.version': build ?? version, 'service.instance.id': instance };
  const attributes = Object.entries(facts).map(([key, told]) => ({ key, value: anyValue(told) }));
  const scoped = { scope: { name: 'carryon', version }, [kind.toLowerCase()]: items };
  return JSON.stringify({ [`resource${kind}`]: [{ resource: { attributes }, [`scope${kind}`]: [scoped] }] });
}
