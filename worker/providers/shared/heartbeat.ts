import { isObject } from '../../../protocol/json.ts';

/** Events that only keep a connection alive, with at most one other word: `ping`, `OPENROUTER PROCESSING`. */
const ALIVE =
  /^\W*(?:\w+[-_ .:])?(?:ping|pong|heart[-_ ]?beat|hb|keep[-_ ]?alive|noop|processing|waiting|queued)(?:[-_ .:]\w+)?\W*$/i;
const LONGEST_HEARTBEAT = 64;

/** Fields whose strings describe an event, and never hold the answer's own text. */
const DESCRIBES = new Set([
  'id',
  'object',
  'type',
  'event',
  'status',
  'model',
  'provider',
  'role',
  'index',
  'finish_reason',
  'native_finish_reason',
  'stop_reason',
  'system_fingerprint',
  'service_tier',
  'request_id',
  'requestId',
  'trace_id',
  'created_at',
  'time',
  'timestamp',
  'ts',
  'obfuscation',
  'usage',
  'timings',
  'content_filter_results',
  'content_filter_offsets',
  'content_filter_result',
  'prompt_filter_results',
]);
/** The deepest value that is searched. No event is nested nearly as deeply. */
const DEEPEST = 20;

/** True for data that is not JSON and certainly held none of the answer: an empty event, a word such as `ping`, a broken `[DONE]`. */
export const isHeartbeat = (text: string): boolean =>
  '[DONE]'.startsWith(text.trim()) || (text.length <= LONGEST_HEARTBEAT && !/[{[]/.test(text) && ALIVE.test(text));

/** True if a value of unknown shape may hold part of an answer, which is any string that does not describe the event. */
export function mayHoldText(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return value !== '' && !isHeartbeat(value);
  if (typeof value !== 'object' || value === null) return false;
  if (depth === DEEPEST) return true;
  for (const key in value) {
    if (isObject(value) && DESCRIBES.has(key)) continue;
    if (mayHoldText((value as Record<string, unknown>)[key], depth + 1)) return true;
  }
  return false;
}

/** True if an event's name says that the event only keeps the connection alive. */
export const isPingEvent = (name: string | undefined): boolean => name !== undefined && isHeartbeat(name);
