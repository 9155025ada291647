/** OTLP as JSON (opentelemetry-proto, "JSON Protobuf Encoding"): ids in hex, 64-bit numbers as strings, enums as numbers. */
import type { Dialect, Names } from './names.ts';

/** `AnyValue`: one of its fields. */
export interface AnyValue {
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

/** A string, or nothing. */
export const text = (value: string | null | undefined): AnyValue | undefined =>
  value === null || value === undefined ? undefined : { stringValue: value };

/** Strings. */
export const texts = (values: readonly string[]): AnyValue => ({
  arrayValue: { values: values.map((stringValue) => ({ stringValue })) },
});

/** A whole number, or nothing. */
export const int = (value: number | null): AnyValue | undefined =>
  value === null ? undefined : { intValue: String(Math.round(value)) };

/** A number, or nothing. */
export const double = (value: number | null): AnyValue | undefined =>
  value === null ? undefined : { doubleValue: value };

/** True, or nothing. */
export const flag = (value: boolean): AnyValue | undefined => (value ? { boolValue: true } : undefined);

/** The facts that have a value, and a name in the dialect. */
export const attributesOf = (
  facts: readonly (readonly [Names, AnyValue | undefined])[],
  dialect: Dialect,
): Attribute[] =>
  facts.flatMap(([names, value]) => {
    const key = names[dialect];
    return key === undefined || value === undefined ? [] : [{ key, value }];
  });

/** Epoch nanoseconds, from milliseconds: they are no number that JSON could hold. */
export const nanos = (ms: number): string => `${Math.round(ms)}000000`;

/** What sends: one per isolate. */
export interface Origin {
  /** A random id of this isolate. Of metrics, which are told as differences, each isolate's are a series of their own. */
  instance: string;
  /** The router's own version, where a deploy has none. */
  version: string;
}

/** `Resource` and `InstrumentationScope`, for all that one isolate sends. */
export const senderOf = ({ instance, version }: Origin, build: string | null) => ({
  resource: {
    attributes: [
      { key: 'service.name', value: { stringValue: 'carryon' } },
      { key: 'service.version', value: { stringValue: build ?? version } },
      { key: 'service.instance.id', value: { stringValue: instance } },
    ],
  },
  scope: { name: 'carryon', version },
});
