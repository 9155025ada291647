/** OpenAI's wire format, as a scripted provider writes it. */
import type { Script, Step } from './upstream.ts';

export const DONE = 'data: [DONE]\n\n';

const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;
const chunk = (choices: unknown[], more: Record<string, unknown> = {}) =>
  event({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'served', choices, ...more });

export const role = chunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]);
export const text = (content: string) => chunk([{ index: 0, delta: { content }, finish_reason: null }]);
export const finish = chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]);
export const usage = chunk([], { usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } });
export const errorEvent = event({ error: { message: 'overloaded', type: 'server_error', code: 'server_error' } });

export const streamed = (...body: Step[]): Script => ({ headers: { 'content-type': 'text/event-stream' }, body });
export const goodStream = (...words: string[]): Script => streamed(role, ...words.map(text), finish, usage, DONE);

export const goodReply = (content: string): Script => ({
  body: [
    JSON.stringify({
      id: 'c1',
      object: 'chat.completion',
      created: 1,
      model: 'served',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    }),
  ],
});

/** A good answer in the form that was asked for. */
export const good = (stream: boolean, content: string): Script =>
  stream ? goodStream(...content.split(/(?<= )/)) : goodReply(content);

export const failing = (
  status: number,
  error: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Script => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: [JSON.stringify({ error: { message: `status ${status}`, type: 'error', code: null, ...error } })],
});
