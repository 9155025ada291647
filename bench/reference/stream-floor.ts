import bare from './bare.ts';

declare const IdentityTransformStream: new () => TransformStream<Uint8Array, Uint8Array>;

interface Context {
  waitUntil(work: Promise<unknown>): void;
}

/** The JavaScript floor for streams: the bare Worker, but each chunk of the answer passes through JavaScript unchanged. A Worker
 * that must know how a stream ends cannot do less. */
export default {
  async fetch(request: Request, environment: Parameters<typeof bare.fetch>[1], context: Context): Promise<Response> {
    const response = await bare.fetch(request, environment);
    if (response.body === null) return response;
    const { readable, writable } = new IdentityTransformStream();
    context.waitUntil(move(response.body, writable));
    return new Response(readable, response);
  },
};

async function move(from: ReadableStream<Uint8Array>, to: WritableStream<Uint8Array>): Promise<void> {
  const [reader, writer] = [from.getReader(), to.getWriter()];
  for (let next = await reader.read(); !next.done; next = await reader.read()) await writer.write(next.value);
  await writer.close();
}
