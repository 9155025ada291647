/** Bodies that resemble each other, made from few words and numbers, so that near collisions are tried. */

export type Json = Record<string, unknown>;
/** In [0, 1). */
export type Chance = () => number;

/** mulberry32 */
export function chanceOf(seed: number): Chance {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const pick = <T>(from: readonly T[], chance: Chance): T => from[Math.floor(chance() * from.length)] as T;

const WORDS = ['a', 'b', 'A', ' ', '\n', '"', '\\', '/', 'é', 'e\u0301', '😀', '1', '0', '1.0', 'null', '{', '}', ','];
WORDS.push('":"', '","', '\u0000', '\u2028', '\ufffd', 'stream', 'user');

export function textOf(chance: Chance): string {
  let text = '';
  for (let length = Math.floor(chance() * 6); length >= 0; length--) text += pick(WORDS, chance);
  return text;
}

const numberOf = (chance: Chance): number =>
  pick([0, -0, 1, 2, 10, 0.1, 0.5, 1e-7, 1e21, -1, 0.30000000000000004, 0.3], chance);

function freeForm(chance: Chance, depth = 0): unknown {
  const kind = Math.floor(chance() * (depth > 2 ? 4 : 6));
  if (kind === 0) return textOf(chance);
  if (kind === 1) return numberOf(chance);
  if (kind === 2) return null;
  if (kind === 3) return chance() < 0.5;
  const size = Math.floor(chance() * 3);
  const values = Array.from({ length: size }, () => freeForm(chance, depth + 1));
  return kind === 4 ? values : Object.fromEntries(values.map((value) => [nameOf(chance), value]));
}

const nameOf = (chance: Chance): string => pick(['a', 'b', 'é', '__proto__', '10', '2', '', '😀', '\ufb33'], chance);

export function messageOf(chance: Chance): Json {
  const role = pick(['user', 'user', 'system', 'assistant', 'tool'], chance);
  if (role === 'tool') return { role, tool_call_id: pick(['c1', 'c2'], chance), content: textOf(chance) };
  if (role !== 'assistant' || chance() < 0.5) {
    const content = chance() < 0.7 ? textOf(chance) : [{ type: 'text', text: textOf(chance) }];
    return chance() < 0.9 ? { role, content } : { role, content, name: pick(['a', 'b'], chance) };
  }
  const call = { id: 'c1', type: 'function', function: { name: 'f', arguments: textOf(chance) } };
  return chance() < 0.5 ? { role, content: null, tool_calls: [call] } : { role, tool_calls: [call] };
}

const toolOf = (chance: Chance): Json => ({
  type: 'function',
  function: { name: pick(['f', 'g'], chance), parameters: { [nameOf(chance)]: freeForm(chance) } },
});

/** Each field of a body that may change the answer, with a value that `parseChat` accepts; null is "not given". */
const FIELDS: Readonly<Record<string, (chance: Chance) => unknown>> = {
  temperature: (chance) => pick([0, 0.1, 0.7, 1, 2, null], chance),
  top_p: (chance) => pick([0, 0.5, 1, null], chance),
  n: (chance) => pick([1, 2, null], chance),
  seed: (chance) => pick([0, 1, -1, 9_007_199_254_740_991, null], chance),
  stop: (chance) => pick(['a', ['a'], ['a', 'b'], ['b', 'a'], null], chance),
  max_tokens: (chance) => pick([0, 1, 10, null], chance),
  logprobs: (chance) => pick([true, false, null], chance),
  logit_bias: (chance) => ({ [pick(['1', '2', '10', '02'], chance)]: pick([0, 1, -1], chance) }),
  reasoning_effort: (chance) => pick(['low', 'high', null], chance),
  tool_choice: (chance) => pick(['auto', 'none', null], chance),
  response_format: (chance) => ({ type: pick(['text', 'json_object'], chance) }),
  tools: (chance) => (chance() < 0.5 ? [toolOf(chance)] : [toolOf(chance), toolOf(chance)]),
  service_tier: (chance) => pick(['auto', 'default', 'flex', null], chance),
  extra: (chance) => freeForm(chance),
  rest: (chance) => freeForm(chance),
  maxOutputTokens: (chance) => pick([1, 10, '1', null], chance),
  legacyFunctions: (chance) => pick([true, null], chance),
};
const NAMES = Object.keys(FIELDS);

const someValue = (name: string, chance: Chance): unknown => FIELDS[name]?.(chance);

export function bodyOf(chance: Chance): Json {
  const messages = Array.from({ length: 1 + Math.floor(chance() * 3) }, () => messageOf(chance));
  const body: Json = { model: pick(['app/chat', 'app/code'], chance), messages };
  for (let count = Math.floor(chance() * 4); count > 0; count--) {
    const name = pick(NAMES, chance);
    body[name] = someValue(name, chance);
  }
  return body;
}

/** The body with one thing changed, sometimes into an equivalent, which the oracle recognises. */
export function changed(body: Json, chance: Chance): Json {
  const messages = body.messages as Json[];
  const at = Math.floor(chance() * messages.length);
  const message = messages[at] ?? {};
  const withMessages = (others: Json[]): Json => ({ ...body, messages: others });
  switch (Math.floor(chance() * 8)) {
    case 0:
      return withMessages(messages.with(at, messageOf(chance)));
    case 1:
      return withMessages([...messages, messageOf(chance)]);
    case 2:
      return withMessages(messages.toReversed());
    case 3:
      if (typeof message.content !== 'string') return { ...body, model: `${body.model}${textOf(chance)}` };
      return withMessages(messages.with(at, { ...message, content: message.content + pick(WORDS, chance) }));
    case 4: {
      const { [pick(NAMES, chance)]: _, ...others } = body;
      return others;
    }
    default: {
      const name = pick(NAMES, chance);
      return { ...body, [name]: someValue(name, chance) };
    }
  }
}
