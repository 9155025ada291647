import type { DeliveryFault } from './faults.ts';
import { goodSteps, made, type Scene, STREAM_TYPE, type Step, streamed, streamHead, wholeHead } from './script.ts';
import type { Frame } from './wire.ts';

const DEFAULT_SLOW_MS = 10_000;
const DEFAULT_DRIP_MS = 400;
const DEFAULT_KEEP_ALIVE_MS = 200;

type Script = (scene: Scene) => Step[];

/** What each fault does to a streamed and to a non-streamed answer. Everything that the model made is charged, sent or not. */
const SCRIPTS: Readonly<Record<DeliveryFault, { stream: Script; whole: Script }>> = {
  'refuse-connection': both(() => [{ do: 'reset' }]),
  'hang-before-headers': both(() => [silence()]),
  'hang-before-first-token': {
    stream: (s) => [streamHead(s), ...streamed(s, upToTokens(s, 0)), hangWith(s, s.options.keepAlives === true)],
    whole: (s) => [wholeHead(s), { do: 'begin' }, hangWith(s, s.options.keepAlives === true)],
  },
  'slow-first-token': both((s) =>
    goodSteps({ ...s, timing: { ...s.timing, firstTokenMs: () => s.options.delayMs ?? DEFAULT_SLOW_MS } }),
  ),
  'stall-mid-stream': partly(() => [silence()]),
  'cut-mid-stream': partly(() => [{ do: 'cut' }]),
  'end-mid-stream': partly(() => [{ do: 'end' }]),
  drip: {
    stream: (s) => [streamHead(s), ...streamed(s, s.frames, drip(s)), ...finished()],
    whole: (s) => [wholeHead(s), ...dripped(s), ...finished()],
  },
  'error-in-200': {
    stream: (s) => [streamHead(s), { do: 'write', text: s.wire.errorInside().frame }, { do: 'end' }],
    whole: (s) => [wholeHead(s), { do: 'write', text: JSON.stringify(s.wire.errorInside().body) }, { do: 'end' }],
  },
  'error-mid-stream': {
    stream: (s) => [...partOfStream(s), { do: 'write', text: s.wire.errorInside().frame }, { do: 'end' }],
    whole: (s) => [
      ...made(s, tokensBefore(s)),
      wholeHead(s),
      { do: 'write', text: JSON.stringify(s.wire.errorInside().body) },
      { do: 'end' },
    ],
  },
  'truncated-json': {
    stream: (s) => {
      const frames = upToTokens(s, s.options.afterTokens ?? Number.POSITIVE_INFINITY);
      const next = s.frames[frames.length]?.text ?? '';
      return [streamHead(s), ...streamed(s, frames), { do: 'write', text: half(next) }, { do: 'end' }];
    },
    whole: (s) => [...made(s), wholeHead(s), { do: 'write', text: half(s.reply) }, { do: 'end' }],
  },
  html: both(() => [
    { do: 'head', status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } },
    { do: 'write', text: HTML_PAGE },
    { do: 'end' },
  ]),
  'wrong-content-type': {
    stream: (s) => [
      streamHead(s, { 'content-type': 'text/plain; charset=utf-8' }),
      ...streamed(s, s.frames),
      ...finished(),
    ],
    whole: (s) => [
      ...made(s),
      wholeHead(s, { 'content-type': 'text/plain; charset=utf-8' }),
      { do: 'write', text: s.reply },
      ...finished(),
    ],
  },
  'wrong-shape': both((s) => [wholeHead(s), { do: 'write', text: '{}' }, { do: 'end' }]),
  'empty-body': both((s) => [
    {
      do: 'head',
      status: 200,
      headers: { 'content-type': s.ask.stream ? STREAM_TYPE : 'application/json', 'content-length': '0' },
    },
    { do: 'end' },
  ]),
  'empty-stream': {
    stream: (s) => [
      streamHead(s),
      ...streamed(
        s,
        s.frames.filter((frame) => frame.kind === 'done'),
      ),
      { do: 'end' },
    ],
    whole: (s) => [{ do: 'begin' }, wholeHead(s), { do: 'write', text: withoutContent(s) }, { do: 'end' }],
  },
  'duplicate-usage': {
    stream: (s) => [streamHead(s), ...streamed(s, withExtraUsage(s)), ...finished()],
    whole: (s) => [...made(s), wholeHead(s), { do: 'write', text: withUsageTwice(s.reply) }, ...finished()],
  },
  'malformed-line': {
    stream: (s) => {
      const before = upToTokens(s, tokensBefore(s));
      const broken: Frame = { kind: 'start', text: s.wire.malformedFrame, tokens: 0 };
      return [streamHead(s), ...streamed(s, [...before, broken, ...s.frames.slice(before.length)]), { do: 'end' }];
    },
    // A raw line break inside a string, as from a proxy that wraps lines.
    whole: (s) => [
      ...made(s),
      wholeHead(s),
      { do: 'write', text: s.reply.replace(/("model":")/, '$1\n') },
      { do: 'end' },
    ],
  },
  'no-done': {
    stream: (s) => [streamHead(s), ...streamed(s, withoutDone(s)), ...finished()],
    whole: goodSteps,
  },
  'held-open': {
    stream: (s) => [streamHead(s), ...streamed(s, s.frames), { do: 'complete' }, silence()],
    whole: heldOpenWhole,
  },
  'held-open-no-done': {
    stream: (s) => [streamHead(s), ...streamed(s, withoutDone(s)), { do: 'complete' }, silence()],
    whole: heldOpenWhole,
  },
  'keep-alives-only': {
    stream: (s) => [streamHead(s), hangWith(s, true)],
    whole: (s) => [wholeHead(s), hangWith(s, true)],
  },
  redirect: both((s) => [
    { do: 'head', status: 307, headers: { location: s.elsewhere, 'content-length': '0' } },
    { do: 'end' },
  ]),
};

export function faultySteps(fault: DeliveryFault, scene: Scene): Step[] {
  const script = SCRIPTS[fault];
  return scene.ask.stream ? script.stream(scene) : script.whole(scene);
}

const HTML_PAGE =
  '<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><h1>It works!</h1><p>Nothing to see here.</p></body></html>\n';

function both(script: Script): { stream: Script; whole: Script } {
  return { stream: script, whole: script };
}

/** Scripts that send part of the answer and then fail. Without a stream, the part is half of the JSON. */
function partly(then: () => Step[]): { stream: Script; whole: Script } {
  return {
    stream: (s) => [...partOfStream(s), ...then()],
    whole: (s) => [...made(s), wholeHead(s), { do: 'write', text: half(s.reply) }, ...then()],
  };
}

function partOfStream(s: Scene): Step[] {
  return [streamHead(s), ...streamed(s, upToTokens(s, tokensBefore(s)))];
}

function tokensBefore(s: Scene): number {
  return s.options.afterTokens ?? Math.max(1, Math.floor(s.answer.usage.outputTokens / 2));
}

/** The frames up to `tokens` tokens, without the frame that would exceed them or would finish the answer. */
function upToTokens(s: Scene, tokens: number): Frame[] {
  let left = tokens;
  const end = s.frames.findIndex((frame) => {
    left -= frame.tokens;
    return left < 0 || frame.kind === 'finish';
  });
  return s.frames.slice(0, end);
}

function withoutDone(s: Scene): Frame[] {
  return s.frames.filter((frame) => frame.kind !== 'done');
}

function withExtraUsage(s: Scene): Frame[] {
  const done = s.frames.filter((frame) => frame.kind === 'done');
  return [...withoutDone(s), ...s.wire.extraUsage(s.ask, s.answer), ...done];
}

/** Writes the `usage` key twice, which is legal JSON in which the last one wins. */
function withUsageTwice(reply: string): string {
  return `${reply.slice(0, -1)},"usage":${JSON.stringify(JSON.parse(reply).usage)}}`;
}

function withoutContent(s: Scene): string {
  const field = s.wire.name === 'openai' ? 'choices' : 'content';
  return JSON.stringify({ ...JSON.parse(s.reply), [field]: [] });
}

function heldOpenWhole(s: Scene): Step[] {
  return [...made(s), wholeHead(s), { do: 'write', text: s.reply }, { do: 'complete' }, silence()];
}

function drip(s: Scene): { firstTokenMs: () => number; nextTokenMs: () => number } {
  const pause = (): number => s.options.delayMs ?? DEFAULT_DRIP_MS;
  return { firstTokenMs: pause, nextTokenMs: pause };
}

/** Sends a non-streamed reply in as many pieces as it has tokens, so that it takes as long as a stream. */
function dripped(s: Scene): Step[] {
  const tokens = Math.max(1, s.answer.usage.outputTokens);
  const size = Math.ceil(s.reply.length / tokens);
  const steps: Step[] = [{ do: 'begin' }];
  for (let token = 0; token < tokens; token += 1) {
    steps.push({ do: 'wait', ms: s.options.delayMs ?? DEFAULT_DRIP_MS }, { do: 'make', tokens: 1 });
    steps.push({ do: 'write', text: s.reply.slice(token * size, (token + 1) * size) });
  }
  return steps;
}

function finished(): Step[] {
  return [{ do: 'complete' }, { do: 'end' }];
}

function half(text: string): string {
  return text.slice(0, Math.max(1, Math.floor(text.length / 2)));
}

function silence(): Step {
  return { do: 'hang', keepAlive: undefined, everyMs: 0 };
}

/** Hangs, with or without keep-alives. A non-streamed answer is kept alive with blank lines, as at DeepSeek. */
function hangWith(s: Scene, keepAlives: boolean): Step {
  const keepAlive = s.ask.stream ? s.wire.keepAlive : '\n';
  return {
    do: 'hang',
    keepAlive: keepAlives ? keepAlive : undefined,
    everyMs: s.options.delayMs ?? DEFAULT_KEEP_ALIVE_MS,
  };
}
