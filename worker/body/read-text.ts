/**
 * Reads a body as a string. Undefined if it is longer than `mostBytes`, because all requests of an isolate share its memory. A body
 * that announces its length is read natively. Any other is counted as it arrives.
 */
export async function readText(message: Request | Response, mostBytes: number): Promise<string | undefined> {
  const { headers } = message;
  const length = headers.get('content-length');
  const tellsLength = length !== null && !headers.has('transfer-encoding') && !headers.has('content-encoding');
  if (tellsLength) return Number(length) > mostBytes ? undefined : message.text();
  if (message.body === null) return '';
  const reader = message.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > mostBytes) {
      reader.cancel().catch(() => {});
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}
