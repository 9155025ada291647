import type { Receiver, Telemetry } from '../telemetry/telemetry.ts';
import type { Variables } from './environment.ts';
import { isLocal } from './local.ts';
import type { TelemetryInput } from './telemetry-schema.ts';
import { isBaseUrl, isEncryptedOrLocal } from './urls.ts';

/** `key=value`. In the value all other characters, above all a comma, are percent-encoded. */
const HEADER = /^([\w-]+) *= *((?:[!-$&-+--~]|%[2-7][\da-f])+)$/i;

/** The paths that the router adds to an address: OTLP's path of a signal, and Langfuse's before it. */
const SIGNAL_PATH = /\/(?:v1\/(?:traces|metrics|logs)|api\/public(?:\/otel)?)\/*$/;

/** A variable that is missing or wrong stops no request. What would have been sent is counted as lost, and the log says so. */
export function resolveTelemetry({ otlp, langfuse, logs }: TelemetryInput, variables: Variables): Telemetry {
  const receivers: Receiver[] = [];
  let problem: string | undefined;
  const read = (name: string, isRight: (text: string) => boolean, right: string): string => {
    const text = String(variables[name] ?? '').trim();
    if (text === '') problem ??= `${name} is not set`;
    else if (!isRight(text)) problem ??= `${name} must be ${right}`;
    return text;
  };
  /** Outside local mode, data about users goes over https or stays on this machine. */
  const isSafe = (url: string) => isBaseUrl(url) && (isLocal(variables) || isEncryptedOrLocal(url));
  /** Reads an address. The router itself adds the path of each signal. */
  const base = (name: string) => {
    const isRight = (url: string) => isSafe(url) && !SIGNAL_PATH.test(url);
    return read(name, isRight, 'a URL that begins with https://, without /v1/traces').replace(/\/+$/, '');
  };
  const key = (name: string) => read(name, (text) => /^[!-~]+$/.test(text), 'a key as Langfuse shows it');
  if (otlp !== undefined) {
    const url = base(otlp.url);
    const isRight = (text: string) => headersIn(text) !== undefined;
    const text = otlp.headers && read(otlp.headers, isRight, 'headers: key=value,key=value (a comma is %2C)');
    const common = {
      dialect: otlp.conventions,
      headers: (text && headersIn(text)) || {},
      credentials: undefined,
      problem,
    };
    if (otlp.traces) receivers.push({ ...common, name: 'otlp_traces', url: `${url}/v1/traces` });
    if (otlp.metrics) receivers.push({ ...common, name: 'otlp_metrics', url: `${url}/v1/metrics` });
  }
  if (langfuse !== undefined) {
    problem = undefined;
    const url = `${base(langfuse.url)}/api/public/otel/v1/traces`;
    const credentials = `${key(langfuse.publicKey)}:${key(langfuse.secretKey)}`;
    // Without the version, Langfuse shows what it receives up to ten minutes late.
    const headers = { 'x-langfuse-ingestion-version': '4' };
    receivers.push({ name: 'langfuse', dialect: 'langfuse', url, headers, credentials, problem });
  }
  return { receivers, logs };
}

/** Reads headers as OpenTelemetry's exporters do. */
function headersIn(text: string): Record<string, string> | undefined {
  const headers: Record<string, string> = {};
  for (const entry of text.split(',')) {
    const [, name, value] = HEADER.exec(entry.trim()) ?? [];
    if (name === undefined || value === undefined) return undefined;
    headers[name.toLowerCase()] = decodeURIComponent(value);
  }
  return headers;
}
