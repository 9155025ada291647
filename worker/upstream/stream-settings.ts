import type { Usage } from '../../protocol/chat.ts';
import type { SeenAnswer } from '../core/pricing/billed.ts';
import type { Failure } from '../core/routing/failure.ts';
import type { StreamTranslator } from '../providers/adapter.ts';

/**
 * A provider that sends heartbeats (comments, pings, empty chunks) before its content is recognized by two of them, each at least this
 * long after the last sign of life. A provider that sends one sign of life and then thinks in silence is just as alive.
 */
export const HEARTBEAT_GAP_MS = 1_000;
/** This many heartbeats show that a provider without content is at work. */
export const HEARTBEATS = 2;

/** The time limits of one stream. */
export interface StreamLimits {
  /** Until this time the provider may be silent before its content, even if it has sent heartbeats. */
  quietUntil: number;
  /** The time by which the first content must have arrived. */
  firstContentAt: number;
  /** The longest time between two chunks after the first content. */
  idleTimeoutMs: number;
  /** The time by which the whole answer must be over. */
  endAt: number;
}

/** What a stream needs from its attempt. */
export interface StreamHelp {
  /** Removes from a failure the provider's words that a client may not read. */
  present(failure: Failure): Failure;
  /** Reads a whole answer that arrived instead of events. Its translator gives all of it at the first event. */
  readWhole(text: string): ReadWhole;
  /** True if a usage is plausible for what was seen, so that not much can be missing. */
  isPlausible(usage: Usage, seen: SeenAnswer): boolean;
}

/** A whole answer instead of a stream, or why it cannot be read. */
export type ReadWhole =
  | { ok: true; translator: StreamTranslator }
  | { ok: false; failure: Failure; usage: Usage | undefined };
