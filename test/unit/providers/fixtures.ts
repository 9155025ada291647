import { readdirSync, readFileSync } from 'node:fs';
import { createParser } from 'eventsource-parser';

const root = new URL('../../fixtures/providers/', import.meta.url);

/** What a sample should come to; `<name>.json` and `<name>.sse` share one `<name>.expect.json`. */
export interface Expectation {
  n?: number;
  model?: string;
  choices?: ExpectedChoice[];
  usage?: Record<string, number>;
  failure?: Record<string, unknown>;
  /** Events that cannot be read. */
  lost?: number;
}

export interface ExpectedChoice {
  text: string;
  finish: string;
  reasoning?: string;
  refusal?: string;
  calls?: [id: string, name: string, text: string][];
}

export interface ErrorSample {
  name: string;
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
  text?: string;
  expect: Record<string, unknown>;
}

export interface Sample {
  name: string;
  text: string;
  expect: Expectation;
}

const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

export function samples(provider: string, kind: 'json' | 'sse'): Sample[] {
  const names = readdirSync(new URL(`${provider}/`, root));
  return names
    .filter((name) => name.endsWith(`.${kind}`) && names.includes(name.replace(/\.\w+$/, '.expect.json')))
    .map((name) => ({
      name,
      text: read(`${provider}/${name}`),
      expect: JSON.parse(read(`${provider}/${name.replace(/\.\w+$/, '.expect.json')}`)) as Expectation,
    }));
}

export function errorSamples(provider: string): ErrorSample[] {
  return JSON.parse(read(`${provider}/errors.json`)) as ErrorSample[];
}

export interface WireEvent {
  name: string | undefined;
  data: string;
}

/** As the pipeline reads them: comments and blank lines are gone. */
export function parseEvents(text: string): WireEvent[] {
  const events: WireEvent[] = [];
  const parser = createParser({ onEvent: ({ event, data }) => events.push({ name: event, data }) });
  parser.feed(text.endsWith('\n\n') ? text : `${text}\n\n`);
  return events;
}
