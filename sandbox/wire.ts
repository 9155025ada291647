import type { IncomingHttpHeaders } from 'node:http';
import type { Result } from '../protocol/result.ts';
import type { IdPrefixes } from './answer.ts';
import type { Answer, Ask, ProviderName } from './ask.ts';
import type { FaultOptions, StatusFault } from './faults.ts';
import type { Json } from './json.ts';

/** An error in place of an answer: an HTTP status with the provider's own error body. */
export interface Refusal {
  status: number;
  headers: Record<string, string>;
  body: Json;
}

/** One server-sent event. Only a `token` frame has text for the reader. */
export interface Frame {
  kind: 'start' | 'token' | 'finish' | 'usage' | 'done';
  text: string;
  tokens: number;
}

/** The differences between the two providers. They are all on the wire. */
export interface Wire {
  name: ProviderName;
  answerPath: string;
  idPrefixes: IdPrefixes;
  modelList(): Json;
  /** Checks the headers for the key and the version. */
  checkHeaders(headers: IncomingHttpHeaders): Refusal | undefined;
  parse(body: Json): Result<Ask, Refusal>;
  badJson(): Refusal;
  badRequest(message: string): Refusal;
  notFound(method: string, path: string): Refusal;
  refuse(fault: StatusFault, model: string, options: FaultOptions): Refusal;
  headers(answer: Answer): Record<string, string>;
  frames(ask: Ask, answer: Answer): Frame[];
  reply(ask: Ask, answer: Answer): Json;
  /** The usage frame a second time, or twice if the format usually has none. */
  extraUsage(ask: Ask, answer: Answer): Frame[];
  /** An overloaded provider's error inside a 200. */
  errorInside(): { body: Json; frame: string };
  keepAlive: string;
  /** An event whose JSON ends in the middle. */
  malformedFrame: string;
}

/** `retry-after` as both providers send it; nothing if no time was set. */
export function retryHeaders(options: FaultOptions): Record<string, string> {
  return {
    ...(options.retryAfter === undefined ? {} : { 'retry-after': String(options.retryAfter) }),
    ...(options.retryAfterMs === undefined ? {} : { 'retry-after-ms': String(options.retryAfterMs) }),
  };
}
