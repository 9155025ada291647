/** The chunks of a streamed answer. Only `[DONE]` says that it is complete. */
export async function* chunksOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error('The answer broke off.');
    const lines = (rest + value).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (line === 'data: [DONE]') return;
      if (!line.startsWith('data: ')) continue;
      const chunk = JSON.parse(line.slice('data: '.length));
      if (chunk.error) throw Object.assign(new Error(chunk.error.message), { code: chunk.error.code });
      yield chunk;
    }
  }
}
