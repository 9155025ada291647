/** Where traces, metrics and logs of requests go, as people write it. Addresses and keys are named by variable. */
import * as z from 'zod/mini';
import { CONVENTIONS } from '../telemetry/names.ts';
import { settings, variable } from './settings.ts';

const otlp = settings({
  /** NAMES of the variables: the address of a receiver of OTLP over HTTP, without `/v1/traces`; headers as `key=value,key=value`. */
  url: variable('OTEL_EXPORTER_OTLP_ENDPOINT'),
  headers: z.optional(variable('OTEL_EXPORTER_OTLP_HEADERS')),
  traces: z._default(z.boolean(), true),
  metrics: z._default(z.boolean(), true),
  /** Which version of OpenTelemetry's conventions names attributes and metrics. */
  conventions: z._default(
    z.enum(CONVENTIONS, { error: `write ${CONVENTIONS.map((name) => `"${name}"`).join(' or ')}` }),
    '1.41',
  ),
});

const langfuse = settings({
  /** NAMES of the variables: the address, such as https://cloud.langfuse.com, and the two keys of a project. */
  url: variable('LANGFUSE_BASE_URL'),
  publicKey: variable('LANGFUSE_PUBLIC_KEY'),
  secretKey: variable('LANGFUSE_SECRET_KEY'),
});

/** Config's `telemetry` section. */
export const telemetry = settings({
  otlp: z.optional(otlp),
  langfuse: z.optional(langfuse),
  /** A line of JSON in the log for each request. */
  logs: z._default(z.boolean(), false),
});

/** Telemetry as the schema lets it pass. */
export type TelemetryInput = z.output<typeof telemetry>;
