/** Config's `telemetry` section as the router uses it. */
import type { Dialect } from './names.ts';

/** Where telemetry goes besides the book. */
export interface Telemetry {
  receivers: readonly Receiver[];
  /** True if each request is logged as a line of JSON. */
  logs: boolean;
}

/** One address that is sent spans or metrics. */
export interface Receiver {
  /** The receiver's name in drops and errors. */
  name: 'otlp_traces' | 'otlp_metrics' | 'langfuse';
  dialect: Dialect;
  /** The address with its path. Like the headers, it is a credential and is never shown. */
  url: string;
  headers: Readonly<Record<string, string>>;
  /** For Basic authorization, `user:password`. */
  credentials: string | undefined;
  /** Why nothing can be sent, such as `OTLP_URL is not set`. */
  problem: string | undefined;
}
