/** Repeats an admin call if its key has called too often, after the time that the router names. The refused call did nothing. */
export async function patiently<Reply extends { status: number; headers: Headers | Record<string, unknown> }>(
  call: () => Promise<Reply>,
): Promise<Reply> {
  for (;;) {
    const reply = await call();
    if (reply.status !== 429) return reply;
    const { headers } = reply;
    const waitMs = headers instanceof Headers ? headers.get('retry-after-ms') : headers['retry-after-ms'];
    await new Promise((resolve) => setTimeout(resolve, Number(waitMs)));
  }
}
