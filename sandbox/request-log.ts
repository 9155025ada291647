import type { IncomingHttpHeaders } from 'node:http';
import type { ProviderName } from './ask.ts';
import type { Outcome } from './billing.ts';
import type { Json } from './json.ts';

const KEPT = 50;

/** One request, without a word of its prompt. */
export interface LoggedRequest {
  provider: ProviderName;
  at: number;
  model: string;
  stream: boolean;
  status: number;
  fault: string | null;
  outcome: Outcome | 'active';
  inputTokens: number;
  outputTokens: number;
  abortedAtToken: number | null;
}

export interface RecordedRequest {
  provider: ProviderName;
  headers: IncomingHttpHeaders;
  body: Json;
}

/** The last requests to both providers. Bodies and headers are recorded only while a test wants them. */
export class RequestLog {
  recording = false;
  #requests: LoggedRequest[] = [];
  #recorded: RecordedRequest[] = [];

  add(request: LoggedRequest): void {
    this.#requests.push(request);
    if (this.#requests.length > KEPT) this.#requests.shift();
  }

  record(request: RecordedRequest): void {
    if (!this.recording) return;
    this.#recorded.push(request);
    if (this.#recorded.length > KEPT) this.#recorded.shift();
  }

  requests(): LoggedRequest[] {
    return this.#requests.map((request) => ({ ...request }));
  }

  recorded(): RecordedRequest[] {
    return [...this.#recorded];
  }

  clear(): void {
    this.#requests = [];
    this.#recorded = [];
  }
}
