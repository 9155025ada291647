import type { ChatMessage, ChatRequest, CustomToolCall, Tool, ToolCall, ToolChoice } from '../../../protocol/chat.ts';
import { isObject, type Json } from '../../../protocol/json.ts';
import { parseJson } from '../../../protocol/written-number.ts';
import { malformedFailure } from '../../core/routing/failure.ts';
import type { Adapter } from '../adapter.ts';
import { jsonText } from './json-text.ts';
import { RewrittenStream } from './rewritten-stream.ts';

/** Names that every provider takes. OpenAI and Anthropic refuse other characters, and OpenAI refuses more than 64. */
const EVERYWHERE = /^[a-zA-Z0-9_-]{1,64}$/;
const LONGEST = 64;
/** Room for `_2` and so on, for names that would otherwise be equal. */
const LONGEST_NUMBER = 8;

/**
 * Replaces names of tools that not every provider takes (`db.query`, long names) everywhere in the request, and puts the client's
 * names back into the answer. So a failover to a stricter provider needs nothing from the client.
 */
export function withToolNames(adapter: Adapter): Adapter {
  return {
    request: (chat, target, promptCache) => {
      const mended = sendableNames(chat);
      return adapter.request(mended === undefined ? chat : renamed(chat, mended), target, promptCache);
    },
    reply: (text, chat, nowMs) => {
      const reply = adapter.reply(text, chat, nowMs);
      const own = reply.ok ? ownNames(chat) : undefined;
      if (!reply.ok || own === undefined) return reply;
      const body = withOwnNames(reply.body, own);
      return body === undefined
        ? { ok: false, failure: malformedFailure('The answer is nested too deeply.') }
        : { ...reply, body };
    },
    stream: (chat, nowMs) => {
      const stream = adapter.stream(chat, nowMs);
      const own = ownNames(chat);
      return own === undefined ? stream : new RewrittenStream(stream, (data) => withOwnNames(data, own));
    },
    failure: adapter.failure,
  };
}

/** The replaced names, by the client's names. Undefined if all names can be sent. */
export function sendableNames(chat: ChatRequest): ReadonlyMap<string, string> | undefined {
  const names = namesIn(chat);
  const strange = new Set(names.filter((name) => !EVERYWHERE.test(name)));
  if (strange.size === 0) return undefined;
  const taken = new Set(names.filter((name) => EVERYWHERE.test(name)));
  const mended = new Map<string, string>();
  /** How often a name was requested, so that a thousand equal names do not take a million tries. */
  const wanted = new Map<string, number>();
  for (const name of strange) {
    const wish = name.replace(/[^\w-]/g, '_').slice(0, LONGEST);
    const stem = wish.slice(0, LONGEST - LONGEST_NUMBER);
    let count = wanted.get(stem) ?? 1;
    let mendedName = wish;
    for (; taken.has(mendedName); count++) mendedName = `${stem}_${count + 1}`;
    wanted.set(stem, count);
    taken.add(mendedName);
    mended.set(name, mendedName);
  }
  return mended;
}

function ownNames(chat: ChatRequest): ReadonlyMap<string, string> | undefined {
  const mended = sendableNames(chat);
  return mended && new Map([...mended].map(([own, name]) => [name, own]));
}

function namesIn({ tools, tool_choice: choice, messages }: ChatRequest): string[] {
  const names: string[] = [];
  for (const tool of tools ?? []) names.push(nameOf(tool));
  if (typeof choice === 'object') {
    if (choice.type !== 'allowed_tools') names.push(nameOf(choice));
    else for (const allowed of choice.allowed_tools.tools) names.push(nameOf(allowed as unknown as Named));
  }
  for (const { tool_calls: calls } of messages) for (const call of calls ?? []) names.push(nameOf(call));
  return names;
}

type Named = { type: 'function'; function: { name: string } } | { type: 'custom'; custom: { name: string } };

const nameOf = (named: Named) => (named.type === 'function' ? named.function.name : named.custom.name);

function renamed(chat: ChatRequest, names: ReadonlyMap<string, string>): ChatRequest {
  const named = <T extends { name: string }>(one: T): T => ({ ...one, name: names.get(one.name) ?? one.name });
  const inside = <T extends Tool | ToolCall | CustomToolCall>(one: T): T =>
    (one.type === 'function' ? { ...one, function: named(one.function) } : { ...one, custom: named(one.custom) }) as T;
  const messages = chat.messages.map(
    (message): ChatMessage =>
      message.tool_calls ? { ...message, tool_calls: message.tool_calls.map(inside) } : message,
  );
  const mended: ChatRequest = { ...chat, messages };
  if (chat.tools) mended.tools = chat.tools.map(inside);
  if (typeof chat.tool_choice === 'object') mended.tool_choice = renamedChoice(chat.tool_choice, names);
  return mended;
}

function renamedChoice(choice: Exclude<ToolChoice, string>, names: ReadonlyMap<string, string>): ToolChoice {
  if (choice.type === 'function') return { type: 'function', function: { name: newName(choice.function.name, names) } };
  if (choice.type === 'custom') return { type: 'custom', custom: { name: newName(choice.custom.name, names) } };
  const { mode, tools } = choice.allowed_tools;
  const allowed = tools.map((tool) => {
    const kind = tool.type === 'custom' ? 'custom' : 'function';
    const named = tool[kind];
    if (!isObject(named) || typeof named.name !== 'string') return tool;
    return { ...tool, [kind]: { ...named, name: newName(named.name, names) } };
  });
  return { type: 'allowed_tools', allowed_tools: { mode, tools: allowed } };
}

const newName = (name: string, names: ReadonlyMap<string, string>): string => names.get(name) ?? name;

/** The same JSON with the client's names in its calls. It is the same string if it has none, and undefined if it is nested too deeply. */
function withOwnNames(text: string, own: ReadonlyMap<string, string>): string | undefined {
  if (!text.includes('_call')) return text;
  let answer: { choices?: unknown };
  try {
    answer = parseJson(text) as { choices?: unknown };
  } catch {
    return undefined; // nested too deeply
  }
  let found = false;
  for (const choice of Array.isArray(answer.choices) ? answer.choices : []) {
    const message = isObject(choice) ? (choice.message ?? choice.delta) : undefined;
    if (!isObject(message)) continue;
    const calls = Array.isArray(message.tool_calls) ? message.tool_calls : [];
    for (const named of [
      message.function_call,
      ...calls.flatMap((call) => (isObject(call) ? [call.function, call.custom] : [])),
    ]) {
      const name = isObject(named) && typeof named.name === 'string' ? own.get(named.name) : undefined;
      if (name === undefined) continue;
      (named as Json).name = name;
      found = true;
    }
  }
  return found ? jsonText(answer) : text;
}
