/** Reads one stream with OpenAI's Node client and prints the result as JSON. */
import OpenAI from 'openai';

const { BASE_URL, API_KEY, IDEMPOTENCY_KEY: key } = process.env;
const client = new OpenAI({ baseURL: BASE_URL, apiKey: API_KEY, maxRetries: 0 });
const stream = await client.chat.completions.create(
  {
    model: 'app/chat',
    messages: [{ role: 'user', content: 'Name a river.' }],
    stream: true,
    stream_options: { include_usage: true },
  },
  { headers: key === undefined ? {} : { 'idempotency-key': key, 'x-carryon-resume': '1' } },
);
const said = { text: '', finish: '', tokens: 0 };
for await (const { choices, usage } of stream) {
  for (const { delta, finish_reason: reason } of choices) {
    said.text += delta.content ?? '';
    said.finish = reason ?? said.finish;
  }
  said.tokens += usage?.completion_tokens ?? 0;
}
process.stdout.write(`${JSON.stringify(said)}\n`);
