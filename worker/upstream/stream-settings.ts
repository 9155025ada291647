import type { Usage } from '../../protocol/chat.ts';
import type { Passed } from '../core/pricing/billed.ts';
import type { Failure } from '../core/routing/failure.ts';
import type { StreamTranslator } from '../providers/adapter.ts';

/**
 * A provider that sends heartbeats (comments, pings, empty chunks) before its content is recognised by two of them, each at least
 * this long after the last sign of life. A provider that was heard once and then thinks in silence is just as alive.
 */
export const HEARTBEAT_GAP_MS = 1_000;
/** This many of them show that a silent provider is at work. */
export const HEARTBEATS = 2;

/** The time limits of one stream. */
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

/** What a stream has to ask about its attempt. */
export interface StreamHelp {
  /** A failure without those of the provider's own words that a client may not read. */
  present(failure: Failure): Failure;
  /** Reads a whole answer that came in place of events. Its translator gives all of it at the first event. */
  readWhole(text: string): ReadWhole;
  /** Whether a usage can be the bill for what was seen: then not much can be missing. */
  isPlausible(usage: Usage, seen: Passed): boolean;
}

/** A whole answer in place of a stream, or why it is none. */
export type ReadWhole =
  | { ok: true; translator: StreamTranslator }
  | { ok: false; failure: Failure; usage: Usage | undefined };
