/**
 * OTLP as JSON, checked field by field against opentelemetry-proto (trace.proto, metrics.proto, common.proto, resource.proto and
 * the two collector services): lowerCamelCase names and no others, ids in hex, 64-bit numbers as decimal strings, enums as numbers.
 */

type Check = (value: unknown, at: string) => string[];

const wrong = (at: string, right: string, value: unknown) => [`${at}: ${right}, not ${JSON.stringify(value)}`];
const matches =
  (pattern: RegExp, right: string): Check =>
  (value, at) =>
    typeof value === 'string' && pattern.test(value) ? [] : wrong(at, right, value);

const string: Check = (value, at) => (typeof value === 'string' ? [] : wrong(at, 'a string', value));
const boolean: Check = (value, at) => (typeof value === 'boolean' ? [] : wrong(at, 'true or false', value));
const double: Check = (value, at) => (Number.isFinite(value) ? [] : wrong(at, 'a number', value));
const id = (digits: number) =>
  matches(new RegExp(`^(?!0+$)[0-9a-f]{${digits}}$`, 'i'), `${digits} hex digits, not all 0`);
const int64 = matches(/^-?(0|[1-9]\d{0,18})$/, 'a whole number in a string');
const fixed64 = matches(/^(0|[1-9]\d{0,19})$/, 'a whole number of 0 or more in a string');
const oneOf =
  (...values: number[]): Check =>
  (value, at) =>
    values.includes(value as number) ? [] : wrong(at, `one of ${values.join(', ')}`, value);
const list =
  (item: Check): Check =>
  (value, at) =>
    Array.isArray(value) ? value.flatMap((one, index) => item(one, `${at}[${index}]`)) : wrong(at, 'a list', value);

/** Checks a message: its fields, which of them are required, and of which it must have exactly one. */
const message =
  (fields: Record<string, Check>, required: string[] = [], exactlyOne: string[] = []): Check =>
  (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong(at, 'a message', value);
    const given = Object.keys(value);
    const ones = given.filter((name) => exactlyOne.includes(name));
    return [
      ...required.filter((name) => !given.includes(name)).map((name) => `${at}.${name} is missing`),
      ...(exactlyOne.length > 0 && ones.length !== 1 ? [`${at}: exactly one of ${exactlyOne.join(', ')}`] : []),
      ...Object.entries(value).flatMap(
        ([name, one]) => fields[name]?.(one, `${at}.${name}`) ?? [`${at}.${name} is unknown`],
      ),
    ];
  };

const VALUES = ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'arrayValue'];
const anyValue: Check = (value, at) =>
  message(
    {
      ...{ stringValue: string, boolValue: boolean, intValue: int64, doubleValue: double },
      arrayValue: message({ values: list(anyValue) }, ['values']),
    },
    [],
    VALUES,
  )(value, at);

const keyValues: Check = (value, at) => {
  const problems = list(message({ key: matches(/^.+$/, 'a key'), value: anyValue }, ['key', 'value']))(value, at);
  const keys = Array.isArray(value) ? value.map(({ key }) => key) : [];
  return new Set(keys).size === keys.length ? problems : [...problems, `${at}: a key is there twice`];
};

const resource = message({ attributes: keyValues });
const scope = message({ name: string, version: string, attributes: keyValues });
const times = { startTimeUnixNano: fixed64, timeUnixNano: fixed64 };

const span = message(
  {
    ...{ traceId: id(32), spanId: id(16), parentSpanId: id(16), traceState: string, name: matches(/^.+$/, 'a name') },
    ...{ kind: oneOf(1, 2, 3, 4, 5), startTimeUnixNano: fixed64, endTimeUnixNano: fixed64, attributes: keyValues },
    status: message({ message: string, code: oneOf(0, 1, 2) }),
  },
  ['traceId', 'spanId', 'name', 'startTimeUnixNano', 'endTimeUnixNano'],
);

const numberPoint = message({ ...times, attributes: keyValues, asInt: int64, asDouble: double }, Object.keys(times), [
  'asInt',
  'asDouble',
]);

const histogramPoint: Check = (value, at) => {
  const fields = { count: fixed64, sum: double, bucketCounts: list(fixed64), explicitBounds: list(double) };
  const problems = message({ ...times, ...fields, attributes: keyValues }, [...Object.keys(times), 'count'])(value, at);
  if (problems.length > 0) return problems;
  const { count, bucketCounts, explicitBounds } = value as Record<string, unknown> & {
    bucketCounts: string[];
    explicitBounds: number[];
  };
  const sum = bucketCounts.reduce((total, one) => total + Number(one), 0);
  return [
    ...(bucketCounts.length === explicitBounds.length + 1 ? [] : [`${at}: one bucket more than there are bounds`]),
    ...(sum === Number(count) ? [] : [`${at}: the buckets hold ${sum}, not ${count}`]),
    ...(explicitBounds.every((bound, index) => index === 0 || bound > (explicitBounds[index - 1] ?? 0))
      ? []
      : [`${at}.explicitBounds do not grow`]),
  ];
};

const aggregated = { aggregationTemporality: oneOf(1, 2) };
const metric = message(
  {
    ...{ name: matches(/^[A-Za-z][\w./-]{0,254}$/, 'an instrument name'), unit: string, description: string },
    sum: message({ ...aggregated, isMonotonic: boolean, dataPoints: list(numberPoint) }, [
      'aggregationTemporality',
      'dataPoints',
    ]),
    histogram: message({ ...aggregated, dataPoints: list(histogramPoint) }, ['aggregationTemporality', 'dataPoints']),
  },
  ['name'],
  ['sum', 'histogram'],
);

const scopeSpans = message({ scope, spans: list(span), schemaUrl: string });
const resourceSpans = message({ resource, scopeSpans: list(scopeSpans), schemaUrl: string });
const scopeMetrics = message({ scope, metrics: list(metric), schemaUrl: string });
const resourceMetrics = message({ resource, scopeMetrics: list(scopeMetrics), schemaUrl: string });

/** What is wrong with the body of `POST /v1/traces`, an `ExportTraceServiceRequest`. */
export const traceProblems = (body: unknown): string[] => {
  const problems = message({ resourceSpans: list(resourceSpans) }, ['resourceSpans'])(body, 'body');
  if (problems.length > 0) return problems;
  return spansIn(body).flatMap(({ name, startTimeUnixNano, endTimeUnixNano }) =>
    BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano) ? [] : [`${name} ends before it starts`],
  );
};

/** What is wrong with the body of `POST /v1/metrics`, an `ExportMetricsServiceRequest`. */
export const metricsProblems = (body: unknown): string[] =>
  message({ resourceMetrics: list(resourceMetrics) }, ['resourceMetrics'])(body, 'body');

interface RawValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string;
  doubleValue?: number;
  arrayValue?: { values: RawValue[] };
}

type RawAttributes = { key: string; value: RawValue }[];

/** A span as it is sent. */
export interface RawSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: RawAttributes;
  status?: { code: number; message: string };
}

/** All spans of a body that has no problem. */
export const spansIn = (body: unknown): RawSpan[] =>
  (body as { resourceSpans: { scopeSpans: { spans: RawSpan[] }[] }[] }).resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans),
  );

/** A metric as it is sent. */
export interface RawMetric {
  name: string;
  unit: string;
  sum?: { isMonotonic: boolean; dataPoints: RawPoint[] };
  histogram?: { dataPoints: RawPoint[] };
}

/** A data point of either kind. */
export interface RawPoint {
  attributes: RawAttributes;
  startTimeUnixNano: string;
  timeUnixNano: string;
  asInt?: string;
  asDouble?: number;
  count?: string;
  sum?: number;
  bucketCounts?: string[];
  explicitBounds?: number[];
}

/** All metrics of a body that has no problem. */
export const metricsIn = (body: unknown): RawMetric[] =>
  (body as { resourceMetrics: { scopeMetrics: { metrics: RawMetric[] }[] }[] }).resourceMetrics.flatMap(
    ({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics),
  );

/** Attributes by their key; whole numbers as numbers. */
export const plain = (attributes: RawAttributes): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));

const plainValue = ({ intValue, arrayValue, ...value }: RawValue): unknown =>
  intValue !== undefined ? Number(intValue) : (arrayValue?.values.map(plainValue) ?? Object.values(value)[0]);
