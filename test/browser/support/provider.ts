import { setTimeout as sleep } from 'node:timers/promises';
import { startScripted } from '../../support/scripted-provider.ts';

/** How the provider answers from now on. */
export interface Script {
  /** Chunks of a stream with content, one word each; also the words of a whole answer. */
  words: number;
  /** Sent instead of these words, one word with its space per chunk. Null: the words. */
  text: string | null;
  /** Between two chunks. */
  paceMs: number;
  /** Before the first chunk; before the whole answer if it is not streamed. */
  firstAfterMs: number;
  /** Streams stop after this many chunks until `resume()`; one that is resumed earlier does not stop. */
  pauseAfter: number;
  /** The `finish_reason` of an answer. */
  finish: string;
  /** Above 299: refused. */
  status: number;
}

/** A provider in OpenAI's format that counts its calls. Each answer is a new one: it names the number of its call. */
export interface TestProvider {
  origin: string;
  /** The last message of each call, the oldest first: what was paid for. */
  calls: string[];
  /** Calls whose connection was closed before their end. */
  aborted: number;
  script: Script;
  /** Changes some of the script. */
  set(script: Partial<Script>): void;
  /** Back to the initial script; paused streams go on. */
  reset(): void;
  resume(): void;
  close(): Promise<void>;
}

const USUAL: Script = {
  words: 20,
  text: null,
  paceMs: 2,
  firstAfterMs: 0,
  pauseAfter: Number.POSITIVE_INFINITY,
  finish: 'stop',
  status: 200,
};

/** The answer to a question, as its `call`-th call gives it (the first is 1). `words` as in the script. */
export const answerTo = (question: string, call: number, words = USUAL.words): string =>
  wordsOf(question, call, words).join('');

const wordsOf = (question: string, call: number, words: number): string[] =>
  Array.from({ length: words }, (_, index) => (index === 0 ? `Answer-${call} to «${question}»` : ` w${index}`));

export async function startProvider(): Promise<TestProvider> {
  const running = new Set<() => void>();
  const resume = () => {
    for (const goOn of running) goOn();
    running.clear();
  };
  const server = await startScripted(async (request, reply) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const body = JSON.parse(text) as { stream?: boolean; model: string; messages: { content: unknown }[] };
    const content = body.messages.at(-1)?.content;
    const question = typeof content === 'string' ? content : JSON.stringify(content);
    const { words, text: scripted, paceMs, firstAfterMs, pauseAfter, finish, status } = provider.script;
    const call = provider.calls.push(question);
    let goOn = (): void => undefined;
    const resumed = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    running.add(goOn);
    reply.on('close', () => {
      running.delete(goOn);
      if (!reply.writableFinished) provider.aborted++;
    });
    await sleep(firstAfterMs);
    if (status > 299) {
      reply.writeHead(status, { 'content-type': 'application/json' });
      reply.end(JSON.stringify({ error: { message: 'as the test wants it', type: 'server_error', code: null } }));
      return;
    }
    const said = scripted === null ? wordsOf(question, call, words) : (scripted.match(/\S*\s*/g) ?? []).filter(Boolean);
    const tokens = said.length;
    const usage = { prompt_tokens: 10, completion_tokens: tokens, total_tokens: 10 + tokens };
    const common = { id: `chatcmpl-${call}`, created: 1_700_000_000 + call, model: body.model };
    if (!body.stream) {
      const message = { role: 'assistant', content: said.join('') };
      const choices = [{ index: 0, message, finish_reason: finish }];
      reply.writeHead(200, { 'content-type': 'application/json' });
      reply.end(JSON.stringify({ ...common, object: 'chat.completion', choices, usage }));
      return;
    }
    reply.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (data: object) => reply.write(`data: ${JSON.stringify(data)}\n\n`);
    const chunk = (delta: object, finish_reason: string | null) =>
      send({ ...common, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] });
    for (const [index, word] of said.entries()) {
      if (reply.destroyed) return;
      if (index === pauseAfter) await resumed;
      if (index > 0) await sleep(paceMs);
      chunk(index === 0 ? { role: 'assistant', content: word } : { content: word }, null);
    }
    chunk({}, finish);
    send({ ...common, object: 'chat.completion.chunk', choices: [], usage });
    reply.end('data: [DONE]\n\n');
  });
  const provider: TestProvider = {
    origin: server.origin,
    calls: [],
    aborted: 0,
    script: USUAL,
    set(script) {
      provider.script = { ...provider.script, ...script };
    },
    reset() {
      provider.script = USUAL;
      resume();
    },
    resume,
    async close() {
      resume();
      await server.close();
    },
  };
  return provider;
}
