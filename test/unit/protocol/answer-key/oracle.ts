/** Decides by other means than `answer-key.ts` whether two bodies ask the same: as a sorted list of the body's leaves. */

type Json = Record<string, unknown>;

const WITHOUT_MEANING = new Set([
  'stream',
  'stream_options',
  'user',
  'metadata',
  'store',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
]);

export function leavesOf(body: Json): string {
  const leaves: string[] = [];
  for (const name in body) {
    const value = body[name];
    if (value === null || WITHOUT_MEANING.has(name)) continue;
    if (name === 'max_tokens' || name === 'max_completion_tokens') {
      if (value !== 0 && !leaves.includes(`cap ${value}`)) leaves.push(`cap ${value}`);
    } else if (name === 'service_tier' && (value === 'auto' || value === 'default')) continue;
    else if (name === 'stop') addLeaves(leaves, 'stop', typeof value === 'string' ? [value] : value);
    else if (name === 'messages') {
      for (const [at, message] of (value as Json[]).entries()) addMessage(leaves, `@${at}`, message);
    } else addLeaves(leaves, name, value);
  }
  return leaves.sort().join('\n');
}

function addMessage(leaves: string[], path: string, message: Json): void {
  for (const name in message) if (message[name] !== null) addLeaves(leaves, `${path}.${name}`, message[name]);
}

const bits = new DataView(new ArrayBuffer(8));

function addLeaves(leaves: string[], path: string, value: unknown): void {
  if (typeof value === 'string') leaves.push(`${path} text ${encodeURIComponent(value)}`);
  else if (typeof value === 'number') {
    bits.setFloat64(0, value === 0 ? 0 : value);
    leaves.push(`${path} number ${bits.getBigUint64(0)}`);
  } else if (Array.isArray(value)) {
    leaves.push(`${path} list ${value.length}`);
    for (const [at, item] of value.entries()) addLeaves(leaves, `${path}@${at}`, item);
  } else if (typeof value === 'object' && value !== null) {
    const names = Object.keys(value);
    leaves.push(`${path} object ${names.length}`);
    for (const name of names) addLeaves(leaves, `${path}.${encodeURIComponent(name)}`, (value as Json)[name]);
  } else leaves.push(`${path} ${value}`);
}
