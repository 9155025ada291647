import type { Usage } from '../../protocol/chat.ts';
import type { Passed } from '../core/pricing/billed.ts';
import type { Failure } from '../core/routing/failure.ts';
import type { StreamTranslator } from '../providers/adapter.ts';

/**
 * Before its content, a provider that sends heartbeats (comments, pings, empty chunks) is known by two of them, each this long
 * after the sign of life before it. One that was heard once and then thinks in silence is no less alive.
 */
export const HEARTBEAT_GAP_MS = 1_000;
export const HEARTBEATS = 2;

export interface StreamLimits {
  /** Until then the provider may be silent before its content, even if it has been heard at regular intervals. */
  quietUntil: number;
  /** When the first content must have come. */
  firstContentAt: number;
  /** Between two chunks, once content flows. */
  idleTimeoutMs: number;
  /** When the whole answer must be over. */
  endAt: number;
}

export interface StreamHelp {
  /** Takes out of a provider's own words what a client may not read. */
  present(failure: Failure): Failure;
  /** A whole answer in the place of events: a translator that gives it at its first event, or why it is no answer. */
  readWhole(text: string): ReadWhole;
  /** Whether a usage may be the bill of what was seen: then nothing much can be missing. */
  isPlausible(usage: Usage, seen: Passed): boolean;
}

export type ReadWhole =
  | { ok: true; translator: StreamTranslator }
  | { ok: false; failure: Failure; usage: Usage | undefined };
