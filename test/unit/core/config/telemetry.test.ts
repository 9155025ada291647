import { describe, expect, it } from 'vitest';
import { telemetryWarnings } from '../../../../cli/about-variables.ts';
import { checkConfig, problemText } from '../../../../worker/core/config/check.ts';
import { resolveConfig } from '../../../../worker/core/config/resolve.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';

const otlp = { url: 'OTLP_URL', headers: 'OTLP_HEADERS' };
const langfuse = { url: 'LANGFUSE_URL', publicKey: 'LANGFUSE_PK', secretKey: 'LANGFUSE_SK' };

const check = (telemetry: unknown) =>
  checkConfig(
    {
      aliases: { chat: { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A' }] } },
      features: { chat: {} },
      defaultFeature: 'chat',
      ...(telemetry !== undefined && { telemetry }),
    },
    PRESETS,
  );

function checked(telemetry: unknown) {
  const config = check(telemetry);
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  return config.value;
}

const resolved = (telemetry: unknown, variables: Record<string, string> = {}) =>
  resolveConfig(checked(telemetry), variables, PRESETS).config.telemetry;

describe('a mistake', () => {
  it.each<[unknown, string]>([
    [{ otel: {} }, 'telemetry.otel: is not a setting; write one of otlp, langfuse, logs'],
    [
      { otlp: {} },
      'telemetry.otlp.url: is missing; write the NAME of an environment variable, such as "OTEL_EXPORTER_OTLP_ENDPOINT", never the value',
    ],
    [
      { otlp: { url: 'https://otlp.example.com' } },
      'telemetry.otlp.url: an address is not written here: write the NAME of an environment variable, such as "OTEL_EXPORTER_OTLP_ENDPOINT", never the value',
    ],
    [
      { langfuse: { ...langfuse, secretKey: 'sk-lf-1' } },
      'telemetry.langfuse.secretKey: write the NAME of an environment variable, such as "LANGFUSE_SECRET_KEY", never the value',
    ],
    [{ otlp: { ...otlp, conventions: '1.99' } }, 'telemetry.otlp.conventions: write "1.36" or "1.41" or "genai-0.1"'],
    [{ logs: 'all' }, 'telemetry.logs: write true or false'],
  ])('%j is named with what would be right', (telemetry, problem) => {
    const config = check(telemetry);
    expect(config.ok ? [] : config.error.map(problemText)).toEqual([problem]);
  });
});

it('nothing is sent where config says nothing', () => {
  expect(resolved(undefined)).toEqual({ receivers: [], logs: false });
});

it('each signal has its path, Langfuse its own', () => {
  const { receivers, logs } = resolved(
    { otlp: { ...otlp, conventions: 'genai-0.1' }, langfuse, logs: true },
    {
      ...{ OTLP_URL: 'https://otlp.test/otlp/ ', OTLP_HEADERS: 'X-Api-Key=abc, authorization=Basic%20dXNlcg==' },
      ...{ LANGFUSE_URL: 'https://cloud.langfuse.com', LANGFUSE_PK: 'pk-lf-1', LANGFUSE_SK: 'sk-lf-2' },
    },
  );
  const headers = { 'x-api-key': 'abc', authorization: 'Basic dXNlcg==' };
  const common = { dialect: 'genai-0.1', headers, credentials: undefined, problem: undefined };
  expect(logs).toBe(true);
  expect(receivers).toEqual([
    { ...common, name: 'otlp_traces', url: 'https://otlp.test/otlp/v1/traces' },
    { ...common, name: 'otlp_metrics', url: 'https://otlp.test/otlp/v1/metrics' },
    {
      ...{ name: 'langfuse', dialect: 'langfuse', url: 'https://cloud.langfuse.com/api/public/otel/v1/traces' },
      ...{ headers: { 'x-langfuse-ingestion-version': '4' }, credentials: 'pk-lf-1:sk-lf-2', problem: undefined },
    },
  ]);
});

it('one signal can be left out', () => {
  const names = (settings: object) => resolved({ otlp: { ...otlp, ...settings } }).receivers.map(({ name }) => name);
  expect(names({ traces: false })).toEqual(['otlp_metrics']);
  expect(names({ metrics: false })).toEqual(['otlp_traces']);
});

describe('a variable that is missing or wrong', () => {
  const good = { OTLP_URL: 'https://otlp.test', OTLP_HEADERS: 'x-key=1' };
  const keys = { LANGFUSE_URL: 'https://langfuse.test', LANGFUSE_PK: 'pk-lf-1', LANGFUSE_SK: 'sk-lf-2' };
  const HEADERS = 'OTLP_HEADERS must be headers: key=value,key=value (a comma is %2C)';
  const HTTPS = 'OTLP_URL must be a URL that begins with https://, without /v1/traces';
  it.each<[object, string | undefined]>([
    [good, undefined],
    [{ ...good, OTLP_URL: 'http://127.0.0.1:4318' }, undefined],
    [{ ...good, OTLP_URL: 'https://vendor.test/api/v1/otlp' }, undefined],
    [{ ...good, OTLP_URL: '' }, 'OTLP_URL is not set'],
    [{ ...good, OTLP_URL: 'http://collector.internal:4318' }, HTTPS],
    [{ ...good, OTLP_URL: 'https://user:pass@otlp.test' }, HTTPS],
    [{ ...good, OTLP_URL: 'otlp.test' }, HTTPS],
    [{ ...good, OTLP_URL: 'https://otlp.test/v1/traces' }, HTTPS],
    [{ ...good, OTLP_URL: 'https://otlp.test/otlp/v1/metrics/' }, HTTPS],
    [{ ...good, OTLP_HEADERS: '' }, 'OTLP_HEADERS is not set'],
    [{ ...good, OTLP_HEADERS: 'x-key' }, HEADERS],
    [{ ...good, OTLP_HEADERS: 'x-key=' }, HEADERS],
    [{ ...good, OTLP_HEADERS: 'x key=1' }, HEADERS],
    [{ ...good, OTLP_HEADERS: 'x-key=%zz' }, HEADERS],
    [{ ...good, OTLP_HEADERS: 'x-key=a%0d%0ahost: b' }, HEADERS],
    [{ ...good, OTLP_HEADERS: 'x-key=1,,x-other=2' }, HEADERS],
    [{ ...good, OTLP_HEADERS: 'x-key=schlüssel' }, HEADERS],
  ])('of OTLP: %j', (variables, problem) => {
    const given = variables as Record<string, string>;
    expect(resolved({ otlp }, given).receivers.map((receiver) => receiver.problem)).toEqual([problem, problem]);
    const lines = telemetryWarnings(checked({ otlp }), given);
    expect(lines).toEqual(
      problem === undefined ? [] : [`Traces and metrics are lost: ${problem} (docs/observability.md)`],
    );
  });

  it.each<[object, string | undefined]>([
    [keys, undefined],
    [{ ...keys, LANGFUSE_URL: '' }, 'LANGFUSE_URL is not set'],
    [
      { ...keys, LANGFUSE_URL: 'https://langfuse.test/api/public/otel' },
      'LANGFUSE_URL must be a URL that begins with https://, without /v1/traces',
    ],
    [{ ...keys, LANGFUSE_PK: '' }, 'LANGFUSE_PK is not set'],
    [{ ...keys, LANGFUSE_SK: '' }, 'LANGFUSE_SK is not set'],
    [{ ...keys, LANGFUSE_SK: 'sk-lf-…' }, 'LANGFUSE_SK must be a key as Langfuse shows it'],
  ])('of Langfuse: %j', (variables, problem) => {
    const { receivers } = resolved({ langfuse }, variables as Record<string, string>);
    expect(receivers.map((receiver) => receiver.problem)).toEqual([problem]);
  });

  it('stops no request', () => {
    const { missing } = resolveConfig(checked({ otlp, langfuse }), {}, PRESETS);
    expect(missing.map(({ name }) => name).filter((name) => /OTLP|LANGFUSE/.test(name))).toEqual([]);
  });
});
