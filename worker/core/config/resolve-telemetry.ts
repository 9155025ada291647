import type { Receiver, Telemetry } from '../telemetry/telemetry.ts';
import type { Variables } from './environment.ts';
import { isLocal } from './local.ts';
import type { TelemetryInput } from './telemetry-schema.ts';
import { isBaseUrl, isPrivateOnItsWay } from './urls.ts';

/** A variable that is missing or wrong stops no request: what would have been sent is counted as lost, and the log says so. */
export function resolveTelemetry({ otlp, langfuse, logs }: TelemetryInput, variables: Variables): Telemetry {
  const receivers: Receiver[] = [];
  if (otlp !== undefined) {
    const base = baseOf(otlp.url, variables);
    const headers = headersOf(otlp.headers, variables);
    const common = {
      dialect: otlp.conventions,
      headers: headers.value,
      credentials: undefined,
      problem: base.problem ?? headers.problem,
    };
    if (otlp.traces) receivers.push({ ...common, name: 'otlp_traces', url: `${base.value}/v1/traces` });
    if (otlp.metrics) receivers.push({ ...common, name: 'otlp_metrics', url: `${base.value}/v1/metrics` });
  }
  if (langfuse !== undefined) {
    const base = baseOf(langfuse.url, variables);
    const [publicKey, secretKey] = [keyOf(langfuse.publicKey, variables), keyOf(langfuse.secretKey, variables)];
    receivers.push({
      name: 'langfuse',
      dialect: 'langfuse',
      url: `${base.value}/api/public/otel/v1/traces`,
      // Without the version Langfuse shows what it is sent up to ten minutes later.
      headers: { 'x-langfuse-ingestion-version': '4' },
      credentials: `${publicKey.value}:${secretKey.value}`,
      problem: base.problem ?? publicKey.problem ?? secretKey.problem,
    });
  }
  return { receivers, logs };
}

interface Checked<Value> {
  value: Value;
  problem: string | undefined;
}

/** Outside local mode what is told of users goes over https, or stays on this machine. */
function baseOf(name: string, variables: Variables): Checked<string> {
  const value = textOf(name, variables).replace(/\/+$/, '');
  if (value === '') return { value, problem: `${name} is not set` };
  const local = isLocal(variables);
  if (isBaseUrl(value) && (local || isPrivateOnItsWay(value))) return { value, problem: undefined };
  return { value, problem: `${name} must be a URL such as https://otlp.example.com${local ? '' : ' (https only)'}` };
}

function keyOf(name: string, variables: Variables): Checked<string> {
  const value = textOf(name, variables);
  if (value === '') return { value, problem: `${name} is not set` };
  return { value, problem: /^[\x21-\x7e]+$/.test(value) ? undefined : `${name} must be the key as Langfuse shows it` };
}

/** As OpenTelemetry's exporters read them: `key=value,key=value`, with `%20` for a space or a comma's `%2C` in a value. */
function headersOf(name: string | undefined, variables: Variables): Checked<Readonly<Record<string, string>>> {
  if (name === undefined) return { value: {}, problem: undefined };
  const written = textOf(name, variables);
  if (written === '') return { value: {}, problem: `${name} is not set` };
  const headers: Record<string, string> = {};
  for (const entry of written.split(',')) {
    const [, key, value] =
      /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)\s*$/.exec(entry) ?? [];
    const text = value === undefined ? undefined : decoded(value);
    if (key === undefined || text === undefined) {
      return { value: {}, problem: `${name} must be headers such as x-api-key=…,x-team=… (a comma in a value is %2C)` };
    }
    headers[key.toLowerCase()] = text;
  }
  return { value: headers, problem: undefined };
}

function decoded(value: string): string | undefined {
  try {
    const text = decodeURIComponent(value);
    return /^[\x20-\x7e]*$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

function textOf(name: string, variables: Variables): string {
  const value = variables[name];
  return typeof value === 'string' ? value.trim() : '';
}
