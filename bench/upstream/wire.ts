import { ARRIVED_MARK, SENT_MARK, stamp } from './stamp.ts';

/** The answer to every non-streamed request: about 600 bytes of English-looking text, which the client looks for. */
export const ANSWER_TEXT = 'The quick brown fox jumps over the lazy dog near the river bank. '.repeat(9).trimEnd();

const MODEL = 'bench-model';
const CREATED = 1_790_000_000;

function completionReply(promptTokens: number): Buffer {
  const completion = JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: CREATED,
    model: MODEL,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: ANSWER_TEXT, refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: promptTokens, completion_tokens: 130, total_tokens: promptTokens + 130 },
  });
  return Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${completion.length}\r\n\r\n${completion}`,
  );
}

export const COMPLETION_REPLY = completionReply(250);

/** The reply to a long prompt, with the usage of one, because Carryon notices a usage that cannot be true. */
export const LONG_COMPLETION_REPLY = completionReply(8_250);
export const LONG_PROMPT_BYTES = 10_000;

export const HEALTH_REPLY = Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok');

export const STREAM_HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n';

export const ROLE_CHUNK = chunk([
  { index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null },
]);

const FINISH_CHUNK = chunk([{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }]);
const USAGE_CHUNK = chunk([], { prompt_tokens: 250, completion_tokens: 100, total_tokens: 350 });

/** The end of a stream: finish reason, usage, `[DONE]` and the end of the HTTP body. */
export const STREAM_END = `${FINISH_CHUNK}${USAGE_CHUNK}${framed('data: [DONE]\n\n')}0\r\n\r\n`;

/** The first chunk. Its word also says when the request arrived. */
export function firstContentChunk(arrivedAtMicros: number): string {
  return framed(contentEvent(`${stamp(ARRIVED_MARK, arrivedAtMicros)} ${stamp(SENT_MARK)} word`));
}

/** `padding`: extra letters. */
export function nextContentChunk(padding = ''): string {
  return framed(`${BEFORE_STAMP}${stamp(SENT_MARK)} word${padding}${AFTER_WORD}`);
}

const [BEFORE_STAMP, AFTER_WORD] = contentEvent('WORD').split('WORD');

function contentEvent(content: string): string {
  return event([{ index: 0, delta: { content }, logprobs: null, finish_reason: null }]);
}

function chunk(choices: unknown[], usage: Record<string, number> | null = null): string {
  return framed(event(choices, usage));
}

function event(choices: unknown[], usage: Record<string, number> | null = null): string {
  const body = {
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: CREATED,
    model: MODEL,
    choices,
    usage,
  };
  return `data: ${JSON.stringify(body)}\n\n`;
}

function framed(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}
