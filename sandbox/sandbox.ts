/** A running sandbox, as tests, the CLI and the control port use it. */
import type { ProviderName } from './ask.ts';
import type { Prices, ProviderCounts } from './billing.ts';
import type { Fault, FaultOptions } from './faults.ts';
import type { Pace } from './pace.ts';
import type { LoggedRequest, RecordedRequest } from './request-log.ts';

export interface Endpoint {
  /** The API base, ending in /v1. */
  url: string;
  /** The same without /v1, as Anthropic's SDK wants it. */
  origin: string;
  port: number;
}

export interface Sandbox {
  openai: Endpoint;
  anthropic: Endpoint;
  controlUrl: string;
  setFault(provider: ProviderName, fault: Fault | null, options?: FaultOptions): Promise<void>;
  setPace(pace: Pace): void;
  setPrices(provider: ProviderName, prices: Partial<Prices>): void;
  setRecord(record: boolean): void;
  counts(): Record<ProviderName, ProviderCounts>;
  /** The last 50 requests, without prompts. */
  requests(): LoggedRequest[];
  /** The bodies and headers of the last 50 requests while `setRecord(true)` is in force. */
  recorded(): RecordedRequest[];
  reset(): Promise<void>;
  close(): Promise<void>;
}
