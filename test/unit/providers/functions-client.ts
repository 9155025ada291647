import { chunkInForm, replyInForm } from '../../../worker/core/answers/forms.ts';
import { chatForm } from '../../../worker/doors/chat-form.ts';
import type { Adapter } from '../../../worker/providers/adapter.ts';
import { RewrittenStream } from '../../../worker/providers/shared/rewritten-stream.ts';

/** An adapter's answers as the client of each request reads them, after they have gone through its door. */
export const throughDoor = (adapter: Adapter): Adapter => ({
  request: adapter.request,
  failure: adapter.failure,
  reply: (text, chat, nowMs) => {
    const reply = adapter.reply(text, chat, nowMs);
    return reply.ok ? { ...reply, body: replyInForm(chatForm(chat), reply.body) } : reply;
  },
  stream: (chat, nowMs) =>
    new RewrittenStream(adapter.stream(chat, nowMs), (data) => chunkInForm(chatForm(chat), data)),
});
