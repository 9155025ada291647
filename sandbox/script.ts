import type { Answer, Ask } from './ask.ts';
import type { FaultOptions } from './faults.ts';
import type { Timing } from './pace.ts';
import type { Frame, Refusal, Wire } from './wire.ts';

/** A step of an answer, good or faulty. Steps are decided here without I/O, and `perform.ts` carries them out. */
export type Step =
  | { do: 'head'; status: number; headers: Record<string, string> }
  /** From here on the input is charged. */
  | { do: 'begin' }
  | { do: 'wait'; ms: number }
  /** The model makes output tokens, which are charged. */
  | { do: 'make'; tokens: number }
  | { do: 'write'; text: string }
  /** The answer is complete. Nothing that follows can make it a failure. */
  | { do: 'complete' }
  /** Silence, or keep-alives, until the client leaves. */
  | { do: 'hang'; keepAlive: string | undefined; everyMs: number }
  | { do: 'end' }
  /** Closes the socket in the middle of the body, once the written bytes have gone out. */
  | { do: 'cut' }
  /** Resets the socket without sending a byte. */
  | { do: 'reset' };

/** Everything that a script is made from. */
export interface Scene {
  wire: Wire;
  ask: Ask;
  answer: Answer;
  frames: Frame[];
  /** The non-streamed reply. */
  reply: string;
  timing: Timing;
  options: FaultOptions;
  /** Where a redirect points. */
  elsewhere: string;
}

export const STREAM_TYPE = 'text/event-stream; charset=utf-8';

export function refusalSteps(refusal: Refusal): Step[] {
  const text = JSON.stringify(refusal.body);
  const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) };
  return [
    { do: 'head', status: refusal.status, headers: { ...headers, ...refusal.headers } },
    { do: 'write', text },
    { do: 'end' },
  ];
}

export function goodSteps(scene: Scene): Step[] {
  if (scene.ask.stream) {
    return [streamHead(scene), ...streamed(scene, scene.frames), { do: 'complete' }, { do: 'end' }];
  }
  const length = String(Buffer.byteLength(scene.reply));
  return [
    ...made(scene),
    wholeHead(scene, { 'content-length': length }),
    { do: 'write', text: scene.reply },
    { do: 'complete' },
    { do: 'end' },
  ];
}

export function streamHead(scene: Scene, headers: Record<string, string> = {}): Step {
  const own = { 'content-type': STREAM_TYPE, 'cache-control': 'no-cache', ...scene.wire.headers(scene.answer) };
  return { do: 'head', status: 200, headers: { ...own, ...headers } };
}

export function wholeHead(scene: Scene, headers: Record<string, string> = {}): Step {
  const own = { 'content-type': 'application/json', ...scene.wire.headers(scene.answer) };
  return { do: 'head', status: 200, headers: { ...own, ...headers } };
}

/** The steps for frames with their pauses: the role at once, the first token after a while, each further one a little later. */
export function streamed(scene: Scene, frames: Frame[], slower: Partial<Timing> = {}): Step[] {
  const timing = { ...scene.timing, ...slower };
  const steps: Step[] = [{ do: 'begin' }];
  let first = true;
  for (const frame of frames) {
    if (frame.kind === 'token') {
      steps.push({ do: 'wait', ms: first ? timing.firstTokenMs() : timing.nextTokenMs() });
      steps.push({ do: 'make', tokens: frame.tokens });
      first = false;
    }
    steps.push({ do: 'write', text: frame.text });
  }
  return steps;
}

/** The steps for the time that a non-streamed answer takes. A client that leaves meanwhile pays for the tokens made so far. */
export function made(scene: Scene, tokens = scene.answer.usage.outputTokens, slower: Partial<Timing> = {}): Step[] {
  const timing = { ...scene.timing, ...slower };
  const steps: Step[] = [{ do: 'begin' }];
  for (let token = 0; token < tokens; token += 1) {
    steps.push(
      { do: 'wait', ms: token === 0 ? timing.firstTokenMs() : timing.nextTokenMs() },
      { do: 'make', tokens: 1 },
    );
  }
  return steps;
}
