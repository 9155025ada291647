const PROMPT =
  'Summarise for me, in plain words, what the river said to the fox and why the dog slept through it. '.repeat(10);

/** What every client sends, to Carryon and to the bare Worker alike: a prompt of some 1 KB. */
export const WHOLE_REQUEST = chatRequest({});
export const requestOfUser = (user: string): Buffer => chatRequest({}, [`x-carryon-user: ${user}`]);
export const STREAM_REQUEST = chatRequest({ stream: true });
export const HEALTH_REQUEST = Buffer.from('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');

function chatRequest(options: Record<string, unknown>, headers: readonly string[] = []): Buffer {
  const body = JSON.stringify({
    model: 'app/chat',
    messages: [
      { role: 'system', content: 'You are a helpful assistant.' },
      { role: 'user', content: PROMPT },
    ],
    temperature: 0.2,
    max_tokens: 400,
    ...options,
  });
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    'host: localhost',
    'authorization: Bearer sk-local-dev-key',
    'content-type: application/json',
    'accept: application/json',
    'user-agent: carryon-bench',
    ...headers,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}
