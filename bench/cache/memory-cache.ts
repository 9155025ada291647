/** The store behind the Cache API of a measured Worker. It is in memory and speaks the runtime's own protocol. It takes the place of the
 * simulator of `npm run serve`, which keeps names in SQLite and answers in files. */
interface Kept {
  headers: [string, string][];
  body: Uint8Array;
}

const kept = new Map<string, Kept>();

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method === 'PUT') {
      kept.set(request.url, readResponse(new Uint8Array(await request.arrayBuffer())));
      return new Response(null, { status: 204 });
    }
    const found = kept.get(request.url);
    if (found === undefined) return new Response(null, { status: 504, headers: { 'cf-cache-status': 'MISS' } });
    return new Response(found.body as BodyInit, { headers: [...found.headers, ['cf-cache-status', 'HIT']] });
  },
};

/** The runtime sends a response to store as an HTTP message: a status line, headers, an empty line, the body. */
function readResponse(message: Uint8Array): Kept {
  const text = new TextDecoder('latin1').decode(message);
  const end = text.indexOf('\r\n\r\n');
  const [, ...lines] = text.slice(0, end).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { headers, body: message.slice(end + 4) };
}
