import { isObject } from '../../../protocol/json.ts';

/** Words of events that only keep a connection alive, with one other word beside them: `ping`, `OPENROUTER PROCESSING`. */
const ALIVE =
  /^\W*(?:\w+[-_ .:])?(?:ping|pong|heart[-_ ]?beat|hb|keep[-_ ]?alive|noop|processing|waiting|queued)(?:[-_ .:]\w+)?\W*$/i;
const LONGEST_HEARTBEAT = 64;

/** Fields whose strings describe an event; the answer's own text never stands in them. */
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
/** Far deeper than any event. */
const DEEPEST = 20;

/** What cannot be parsed, and certainly held nothing of an answer: an empty event, a word such as `ping`, a broken `[DONE]`. */
export const isHeartbeat = (text: string): boolean =>
  '[DONE]'.startsWith(text.trim()) || (text.length <= LONGEST_HEARTBEAT && !/[{[]/.test(text) && ALIVE.test(text));

/** Whether part of an answer may stand in a value whose shape nobody knows: any string that does not describe the event. */
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

export const isPingEvent = (name: string | undefined): boolean => name !== undefined && isHeartbeat(name);
