interface Environment {
  UPSTREAM_URL: string;
  UPSTREAM_KEY: string;
}

interface Context {
  waitUntil(work: Promise<unknown>): void;
}

/** As many headers as a gateway reads of a question with a user. */
const READ = [
  'authorization',
  'origin',
  'content-encoding',
  'transfer-encoding',
  'content-length',
  'idempotency-key',
].concat(['user', 'feature', 'cache', 'visitor', 'resume'].map((name) => `x-carryon-${name}`));
/** Headers that all answers have in common are copied natively. */
const TEMPLATE = new Headers({
  ...{ 'content-type': 'application/json', 'cache-control': 'no-store' },
  ...{ 'x-carryon-deployment': 'a', 'x-carryon-provider': 'a', 'x-carryon-model': 'bench-model' },
});
const LONGEST_MS = 30_000;

/**
 * The floor of a gateway. It has no logic, but does everything that a gateway that counts money must do. It reads both bodies as text and
 * JSON and writes them again, ends the call when its client leaves or its time is up, does work behind the response, and sends eight
 * figures in headers.
 */
export default {
  async fetch(request: Request, { UPSTREAM_URL, UPSTREAM_KEY }: Environment, context: Context): Promise<Response> {
    const { headers, signal } = request;
    const read = READ.filter((name) => headers.get(name) !== null).length;
    const question = JSON.parse(await request.text()) as object;
    let isOver = () => {};
    context.waitUntil(
      new Promise<void>((resolve) => {
        isOver = resolve;
      }),
    );
    const abort = new AbortController();
    const end = () => abort.abort();
    const timer = setTimeout(end, LONGEST_MS);
    signal.addEventListener('abort', end);
    const answered = await fetch(UPSTREAM_URL, {
      method: 'POST',
      headers: { authorization: `Bearer ${UPSTREAM_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...question, model: 'bench-model' }),
      redirect: 'manual',
      signal: abort.signal,
    });
    const length = answered.headers.get('content-length');
    const answer = JSON.parse(await answered.text()) as object;
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    const response = new Response(JSON.stringify({ ...answer, read }), { headers: TEMPLATE });
    const told = {
      'x-request-id': crypto.randomUUID(),
      date: new Date().toUTCString(),
      'server-timing': `total;dur=${read}`,
    };
    for (const [name, value] of Object.entries({ ...told, ...FIGURES })) response.headers.set(name, value);
    response.headers.set('x-carryon-cost-usd', length ?? '0');
    isOver();
    return response;
  },
};

const FIGURES = {
  'x-ratelimit-limit-requests': '500000',
  'x-ratelimit-remaining-requests': '499999',
  'x-ratelimit-reset-requests': '1ms',
  'x-carryon-budget-remaining-usd': '999999',
};
