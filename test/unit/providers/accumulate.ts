import type { ChatChunk, ChatCompletion } from '../../../protocol/chat.ts';
import type { Failure } from '../../../worker/core/routing/failure.ts';
import type { StreamStep, StreamTranslator } from '../../../worker/providers/adapter.ts';
import type { ExpectedChoice, WireEvent } from './fixtures.ts';

export interface Streamed {
  steps: StreamStep[];
  choices: ExpectedChoice[];
  failure: Failure | undefined;
  done: boolean;
  /** Numbers of the chunk that first showed something and of the one that finished. */
  firstContent: number;
  /** What a metering pipeline would count. */
  textBytes: number;
  finishedAt: number;
}

/** Processes events as the pipeline does, and joins the chunks as an OpenAI client would. */
export function play(stream: StreamTranslator, events: readonly WireEvent[]): Streamed {
  const steps = events.flatMap(({ name, data }) => stream.event(name, data));
  const choices = new Map<number, ExpectedChoice>();
  let failure: Failure | undefined;
  let done = false;
  for (const step of steps) {
    if (step.kind === 'failure') failure ??= step.failure;
    else if (step.kind === 'done') done = true;
    else if (step.kind === 'chunk') addChunk(choices, JSON.parse(step.data) as ChatChunk);
  }
  const chunks = steps.filter((step) => step.kind === 'chunk');
  return {
    steps,
    choices: [...choices].sort(([a], [b]) => a - b).map(([, choice]) => tidy(choice)),
    failure,
    done,
    textBytes: steps.reduce((sum, step) => sum + ('textBytes' in step ? step.textBytes : 0), 0),
    firstContent: chunks.findIndex((step) => step.content),
    finishedAt: chunks.findIndex((step) => step.finished),
  };
}

function addChunk(choices: Map<number, ExpectedChoice>, chunk: ChatChunk): void {
  for (const { index, delta, finish_reason: reason } of chunk.choices) {
    const choice = choices.get(index) ?? { text: '', finish: '', reasoning: '', refusal: '', calls: [] };
    choices.set(index, choice);
    choice.text += delta.content ?? '';
    choice.reasoning += delta.reasoning_content ?? '';
    choice.refusal += delta.refusal ?? '';
    for (const call of delta.tool_calls ?? []) {
      choice.calls ??= [];
      choice.calls[call.index] ??= [call.id ?? '', call.function?.name ?? '', ''];
      const known = choice.calls[call.index];
      if (known) known[2] += call.function?.arguments ?? '';
    }
    if (reason !== null && reason !== undefined) choice.finish = reason;
  }
}

export function readWhole(body: string): ExpectedChoice[] {
  return (JSON.parse(body) as ChatCompletion).choices.map(({ message, finish_reason: finish }) =>
    tidy({
      text: message.content ?? '',
      finish,
      reasoning: message.reasoning_content ?? '',
      refusal: message.refusal ?? '',
      calls: (message.tool_calls ?? []).map(({ id, function: called }) => [id, called.name, called.arguments]),
    }),
  );
}

function tidy({ text, finish, reasoning, refusal, calls }: ExpectedChoice): ExpectedChoice {
  const choice: ExpectedChoice = { text, finish };
  if (reasoning) choice.reasoning = reasoning;
  if (refusal) choice.refusal = refusal;
  if (calls && calls.length > 0) choice.calls = calls;
  return choice;
}
