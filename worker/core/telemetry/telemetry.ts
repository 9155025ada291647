/** Config's `telemetry` section as the router uses it. */
import type { Dialect } from './names.ts';

/** Where telemetry goes besides the book. */
export interface Telemetry {
  receivers: readonly Receiver[];
  /** A line of JSON in the log for each request. */
  logs: boolean;
}

/** One address that is sent spans or metrics. */
export interface Receiver {
  /** As drops and errors name it. */
  name: 'otlp_traces' | 'otlp_metrics' | 'langfuse';
  dialect: Dialect;
  /** With its path. A credential, as the headers are: never shown. */
  url: string;
  headers: Readonly<Record<string, string>>;
  /** For Basic authorization, `user:password`. */
  credentials: string | undefined;
  /** Why nothing can be sent, such as `OTLP_URL is not set`. */
  problem: string | undefined;
}
