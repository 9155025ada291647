import type { IncomingMessage, ServerResponse } from 'node:http';
import { writeAnswer } from './answer.ts';
import type { Ask } from './ask.ts';
import { DEFAULT_PRICES, type Prices, Tally } from './billing.ts';
import { FaultBox } from './fault-box.ts';
import { faultySteps } from './fault-script.ts';
import { type ChosenFault, faultOfModel, isStatusFault } from './faults.ts';
import { isObject } from './json.ts';
import { Listener } from './listener.ts';
import { type Pace, timingOf } from './pace.ts';
import { perform } from './perform.ts';
import { PromptCache } from './prompt-cache.ts';
import { createRandom } from './random.ts';
import { parseJson, readBody } from './read-body.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';
import { goodSteps, refusalSteps, type Step } from './script.ts';
import { countInputTokens } from './tokens.ts';
import type { Refusal, Wire } from './wire.ts';

/** The target of a `redirect` fault. It is another path of the same provider, so that a client that follows redirects is counted. */
const ELSEWHERE = '/elsewhere';

/** One fake provider, with its port, wire format, fault and bill. */
export class Provider {
  readonly listener: Listener;
  readonly faults: FaultBox;
  pace: Pace;
  prices: Prices = DEFAULT_PRICES;
  tally = new Tally();
  #cache = new PromptCache();
  readonly #wire: Wire;
  readonly #seed: string;
  readonly #log: RequestLog;

  constructor(wire: Wire, options: { port: number; seed: string; pace: Pace; log: RequestLog }) {
    this.#wire = wire;
    this.#seed = options.seed;
    this.#log = options.log;
    this.pace = options.pace;
    this.faults = new FaultBox(`${options.seed}|${wire.name}`);
    this.listener = new Listener(options.port, (request, response) => {
      this.#handle(request, response).catch((error: unknown) =>
        response.destroy(error instanceof Error ? error : undefined),
      );
    });
  }

  get name(): Wire['name'] {
    return this.#wire.name;
  }

  async setFault(chosen: ChosenFault | undefined): Promise<void> {
    this.faults.set(chosen);
    if (this.faults.closesListener) this.listener.refuse();
    else await this.listener.reopen();
  }

  /** Resets the provider. Requests that still run keep the old tally, so that nothing from before appears in the new one. */
  async reset(): Promise<void> {
    this.tally = new Tally();
    this.#cache = new PromptCache();
    this.prices = DEFAULT_PRICES;
    await this.setFault(undefined);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.listener.isOpen) return void request.socket.resetAndDestroy();
    const path = new URL(request.url ?? '/', this.listener.origin).pathname;
    const followed = path === ELSEWHERE + this.#wire.answerPath;
    if (request.method === 'POST' && (path === this.#wire.answerPath || followed)) {
      return this.#answer(request, response, followed);
    }
    const refusal = this.#wire.checkHeaders(request.headers);
    const list = request.method === 'GET' && path === '/v1/models';
    const found: Refusal = list
      ? { status: 200, headers: {}, body: this.#wire.modelList() }
      : this.#wire.notFound(request.method ?? '', path);
    await perform(response, refusalSteps(refusal ?? found), { began: () => {}, made: () => {} });
  }

  async #answer(request: IncomingMessage, response: ServerResponse, followed: boolean): Promise<void> {
    const { tally, prices } = this;
    tally.arrived();
    if (followed) tally.redirectFollowed();
    const entry: LoggedRequest = {
      provider: this.name, at: Date.now(), model: '', stream: false, status: 0, fault: null, outcome: 'active',
      inputTokens: 0, outputTokens: 0, abortedAtToken: null,
    }; // biome-ignore format: a list, not a page
    this.#log.add(entry);
    entry.outcome = 'aborted';
    try {
      const { steps, began } = await this.#script(request, entry, followed);
      entry.outcome = 'active';
      const outcome = await perform(response, steps, {
        began: () => {
          entry.inputTokens = began.inputTokens;
          tally.began(began, prices);
        },
        made: (tokens) => {
          entry.outputTokens += tokens;
          tally.made(tokens, prices);
        },
      });
      entry.outcome = outcome;
    } finally {
      entry.status = response.headersSent ? response.statusCode : 0;
      if (entry.outcome === 'active') entry.outcome = 'failed';
      if (entry.outcome === 'aborted') entry.abortedAtToken = entry.outputTokens;
      tally.ended(entry.outcome);
    }
  }

  /** Reads the request and decides everything about its answer, before anything is sent. */
  async #script(request: IncomingMessage, entry: LoggedRequest, followed: boolean) {
    const text = await readBody(request);
    const refused = (refusal: Refusal) => ({ steps: refusalSteps(refusal), began: NO_USAGE });
    if (text === undefined) return refused(this.#wire.refuse('413', '', {}));
    const badHeaders = this.#wire.checkHeaders(request.headers);
    if (badHeaders !== undefined) return refused(badHeaders);
    const body = parseJson(text);
    if (!isObject(body)) return refused(this.#wire.badJson());
    this.#log.record({ provider: this.name, headers: request.headers, body });
    const read = this.#wire.parse(body);
    if (!read.ok) return refused(read.error);
    const ask = read.value;
    entry.model = ask.model;
    entry.stream = ask.stream;
    const byModel = faultOfModel(ask.model);
    if (!byModel.ok) return refused(this.#wire.badRequest(byModel.error));
    const chosen = followed ? undefined : (byModel.value ?? this.faults.take(ask.promptText));
    entry.fault = chosen?.fault ?? null;
    if (chosen !== undefined && isStatusFault(chosen.fault)) {
      return refused(this.#wire.refuse(chosen.fault, ask.model, chosen.options));
    }
    return this.#play(ask, chosen);
  }

  #play(ask: Ask, chosen: ChosenFault | undefined) {
    const wire = this.#wire;
    const inputTokens = countInputTokens(ask.promptText, ask.imageCount);
    const cache = this.#cache.lookUpAndKeep(ask);
    const answer = writeAnswer(ask, this.#seed, wire.idPrefixes, { inputTokens, ...cache }, Date.now());
    const scene = {
      wire,
      ask,
      answer,
      frames: ask.stream ? wire.frames(ask, answer) : [],
      reply: JSON.stringify(wire.reply(ask, answer)),
      timing: timingOf(this.pace, createRandom(`${answer.id}|pace`)),
      options: chosen?.options ?? {},
      elsewhere: this.listener.origin + ELSEWHERE + wire.answerPath,
    };
    const steps: Step[] =
      chosen === undefined || isStatusFault(chosen.fault) ? goodSteps(scene) : faultySteps(chosen.fault, scene);
    return { steps, began: answer.usage };
  }
}

const NO_USAGE = { inputTokens: 0, cachedTokens: 0, writtenTokens: 0, outputTokens: 0, reasoningTokens: 0 };
