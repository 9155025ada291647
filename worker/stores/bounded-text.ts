/** The body of a response as a string. Undefined if it is larger than `mostBytes`. */
export async function boundedText({ body }: Response, mostBytes: number): Promise<string | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || value === undefined) return new Blob(chunks).text();
    bytes += value.byteLength;
    chunks.push(value);
    if (bytes <= mostBytes) continue;
    reader?.cancel().catch(() => {});
    return undefined;
  }
}
