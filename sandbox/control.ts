import type { IncomingMessage, RequestListener } from 'node:http';
import { PROVIDER_NAMES, type ProviderName } from './ask.ts';
import { DEFAULT_PRICES, type Prices } from './billing.ts';
import { FAULT_NAMES, parseFault } from './faults.ts';
import { isObject, type Json } from './json.ts';
import { parsePace } from './pace.ts';
import type { Provider } from './provider.ts';
import { parseJson, readBody } from './read-body.ts';
import type { Sandbox } from './sandbox.ts';

interface Reply {
  status: number;
  body: unknown;
}

type Providers = Record<ProviderName, Provider>;

/** The control port, for tests, drills and curl. It takes and returns JSON. */
export function createControl(sandbox: Sandbox, providers: Providers): RequestListener {
  return (request, response) => {
    reply(request, sandbox, providers)
      .catch((error: unknown): Reply => ({ status: 500, body: { error: String(error) } }))
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(`${JSON.stringify(body, null, 2)}\n`);
      });
  };
}

async function reply(request: IncomingMessage, sandbox: Sandbox, providers: Providers): Promise<Reply> {
  const [, room = '', name = ''] = new URL(request.url ?? '/', sandbox.controlUrl).pathname.split('/');
  const text = (await readBody(request)) ?? '';
  const body = text.trim() === '' ? {} : parseJson(text);
  if (!isObject(body)) return bad('The body has to be a JSON object');
  const provider = PROVIDER_NAMES.find((known) => known === name);
  switch (`${request.method} ${room}`) {
    case 'GET ':
      return ok(help(sandbox));
    case 'GET counts':
      return ok({ ...sandbox.counts(), requests: sandbox.requests() });
    case 'GET recorded':
      return ok(sandbox.recorded());
    case 'GET faults':
      return ok({ openai: providers.openai.faults.describe(), anthropic: providers.anthropic.faults.describe() });
    case 'PUT faults':
      return provider === undefined ? noProvider(name) : putFault(providers[provider], body);
    case 'DELETE faults':
      if (provider === undefined) return noProvider(name);
      await providers[provider].setFault(undefined);
      return ok({ [provider]: null });
    case 'PUT prices':
      return provider === undefined ? noProvider(name) : putPrices(sandbox, provider, body);
    case 'PUT pace':
      return putPace(sandbox, body);
    case 'PUT record':
      if (typeof body.record !== 'boolean') return bad('Send {"record": true} or {"record": false}');
      sandbox.setRecord(body.record);
      return ok({ record: body.record });
    case 'POST reset':
      await sandbox.reset();
      return ok(sandbox.counts());
    default:
      return { status: 404, body: { error: `No ${request.method} ${request.url}`, ...help(sandbox) } };
  }
}

async function putFault(provider: Provider, { fault, ...options }: Json): Promise<Reply> {
  const chosen = parseFault(fault, options);
  if (!chosen.ok) return { status: 400, body: { error: chosen.error, faults: FAULT_NAMES } };
  await provider.setFault(chosen.value);
  return ok({ [provider.name]: chosen.value });
}

function putPrices(sandbox: Sandbox, provider: ProviderName, body: Json): Reply {
  const names = Object.keys(DEFAULT_PRICES) as (keyof Prices)[];
  const prices: Partial<Prices> = {};
  for (const [name, value] of Object.entries(body)) {
    const known = names.find((price) => price === name);
    if (known === undefined || typeof value !== 'number' || value < 0)
      return bad(`Prices are numbers: ${names.join(', ')}`);
    prices[known] = value;
  }
  sandbox.setPrices(provider, prices);
  return ok(prices);
}

function putPace(sandbox: Sandbox, body: Json): Reply {
  const pace = parsePace(body.pace === undefined ? body : body.pace);
  if (pace === undefined) return bad('Send {"pace": "human"}, {"pace": "fast"} or {"ttftMs": 300, "tokenMs": 20}');
  sandbox.setPace(pace);
  return ok({ pace });
}

function help(sandbox: Sandbox): Json {
  return {
    providers: { openai: sandbox.openai.url, anthropic: sandbox.anthropic.url },
    calls: {
      'GET /counts': 'what each provider was asked, made and would bill; the last 50 requests',
      'GET /faults': 'the fault that each provider has now',
      'PUT /faults/{openai|anthropic}':
        '{"fault": "503", "share": 0.5, "times": 3, "user": "only prompts with this", …}',
      'DELETE /faults/{openai|anthropic}': 'the provider works again',
      'PUT /pace': '{"pace": "human" | "fast"} or {"ttftMs": 300, "tokenMs": 20}',
      'PUT /prices/{openai|anthropic}':
        '{"inputUsdPerMillion": 1, "outputUsdPerMillion": 4, "cachedInputUsdPerMillion": 0.1, "cacheWriteUsdPerMillion": 1}',
      'PUT /record': '{"record": true}: keep bodies and headers of the last 50 requests in memory',
      'GET /recorded': 'those bodies and headers',
      'POST /reset': 'removes faults and counts; pace and prices as at the start',
    },
    models: 'sandbox:FAULT, sandbox:FAULT?delayMs=300 or sandbox-fault-FAULT as the model: that fault for one request',
    faults: FAULT_NAMES,
  };
}

function ok(body: unknown): Reply {
  return { status: 200, body };
}

function bad(error: string): Reply {
  return { status: 400, body: { error } };
}

function noProvider(name: string): Reply {
  return bad(`No provider '${name}'. Providers: ${PROVIDER_NAMES.join(', ')}`);
}
