/** OTLP as JSON (opentelemetry-proto, "JSON Protobuf Encoding"): ids in hex, 64-bit numbers as strings, enums as numbers. */
import { type Dialect, telemetryName } from './names.ts';

/** OTLP's `AnyValue`. Exactly one field is set. */
interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string;
  doubleValue?: number;
  arrayValue?: { values: AnyValue[] };
}

/** OTLP's `KeyValue`. */
export interface Attribute {
  key: string;
  value: AnyValue;
}

/** An attribute's value. A number is a whole number, and a decimal is an `AnyValue`. Null, undefined and false are left out. */
type FactValue = string | number | boolean | readonly string[] | AnyValue | null | undefined;

/** Facts, by their names in the table of dialects (names.ts). */
export type Facts = Readonly<Record<string, FactValue>>;

/** A decimal as an `AnyValue`. */
export const decimalValue = (doubleValue: number): AnyValue => ({ doubleValue });

/** Milliseconds as seconds. */
export const seconds = (ms: number | null): AnyValue | null => (ms === null ? null : decimalValue(ms / 1_000));

/** The facts that have a value, and a name in the dialect. */
export function attributesOf(facts: Facts, dialect: Dialect): Attribute[] {
  const attributes: Attribute[] = [];
  for (const [field, value] of Object.entries(facts)) {
    const key = telemetryName(field, dialect);
    if (key === undefined || value === null || value === undefined || value === false) continue;
    attributes.push({ key, value: anyValue(value) });
  }
  return attributes;
}

function anyValue(value: NonNullable<FactValue>): AnyValue {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { intValue: String(value) };
  if (typeof value === 'boolean') return { boolValue: value };
  return isList(value) ? { arrayValue: { values: value.map(anyValue) } } : value;
}

const isList = (value: readonly string[] | AnyValue): value is readonly string[] => Array.isArray(value);

/** Epoch nanoseconds from milliseconds, as a string, because JSON's numbers cannot hold them. */
export const nanos = (ms: number): string => `${Math.round(ms)}000000`;

/** The sender of telemetry. Each isolate is one. */
export interface Origin {
  /** A random id of this isolate. Metrics are sent as differences, so each isolate's metrics are a series of their own. */
  instance: string;
  /** The router's own version, for a deploy that has no version. */
  version: string;
}

/** The body of an `ExportTraceServiceRequest` or `ExportMetricsServiceRequest`: all that one isolate sends in one call. */
export function otlpBody(
  kind: 'Spans' | 'Metrics',
  items: readonly object[],
  { instance, version }: Origin,
  build: string | null | undefined,
): string {
  const facts = { 'service.name': 'carryon', 'service.version': build ?? version, 'service.instance.id': instance };
  const attributes = Object.entries(facts).map(([key, value]) => ({ key, value: anyValue(value) }));
  const scoped = { scope: { name: 'carryon', version }, [kind.toLowerCase()]: items };
  return JSON.stringify({ [`resource${kind}`]: [{ resource: { attributes }, [`scope${kind}`]: [scoped] }] });
}
