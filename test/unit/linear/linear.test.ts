/** If a body holds twice as many of anything, every step that looks at it does about twice the work. */
import { expect, it } from 'vitest';
import { parseChat } from '../../../protocol/parse-chat.ts';
import { versionsOf } from '../../../worker/core/admission/versions.ts';
import { answerKeyText } from '../../../worker/core/answers/answer-key-text.ts';
import { resolveCachePolicy } from '../../../worker/core/answers/cache-policy.ts';
import { cachePolicy } from '../../../worker/core/answers/cache-schema.ts';
import { hasPersonalData } from '../../../worker/core/answers/personal-data.ts';
import type { Preset } from '../../../worker/core/config/config.ts';
import { outlineProblem } from '../../../worker/core/json-outline.ts';
import { worstCase } from '../../../worker/core/pricing/worst-case.ts';
import { adapterFor } from '../../../worker/providers/formats.ts';
import { PRESETS } from '../../../worker/providers/presets.ts';
import { headerText } from '../../../worker/response/header-text.ts';
import { deployment, feature, PRICING } from '../pipeline/support/router.ts';
import { target } from '../providers/chats.ts';
import { BODIES } from './bodies.ts';

const POLICY = resolveCachePolicy(
  cachePolicy.parse({
    scope: 'tenant',
    normalize: { collapseWhiteSpace: true, foldCase: true, ignore: ['ticket-\\d{1,12}'] },
    personalData: ['\\bkd-\\d{4,10}\\b'],
  }),
);
const DEPLOYMENTS = [deployment('a'), deployment('b', { format: 'anthropic' })];
const ALIAS = { name: 'app/chat', deployments: DEPLOYMENTS };
const CONFIG = { aliases: new Map([['app/chat', ALIAS]]), pricing: PRICING };
const FEATURE = feature('chat', {
  safeguard: { alias: undefined, maxInputTokens: 1_000, maxOutputTokens: 100 },
  caps: { maxInputTokens: 100, maxOutputTokens: 500, defaultMaxOutputTokens: 500, maxCostMicroUsd: undefined },
});

const PROVIDERS = [
  ['openai', 'gpt-5.6-terra'],
  ['deepseek', 'deepseek-chat'],
  ['anthropic', 'claude-opus-5'],
  ['anthropic-compatible', 'other'],
] as const;

/** The steps of a request, from the body's text to what the providers are sent. */
function work(body: string): void {
  if (outlineProblem(body) !== undefined) throw new Error(outlineProblem(body));
  const parsed = parseChat(JSON.parse(body));
  if (!parsed.ok) throw new Error(`${parsed.param}: ${parsed.message}`);
  const { chat } = parsed;
  const dropped: string[] = [];
  for (const [provider, model] of PROVIDERS) {
    const { format, quirks } = PRESETS[provider] as Preset;
    dropped.push(...adapterFor(format).request(chat, target(quirks, { model }), true).dropped);
  }
  headerText(dropped.join(', '));
  worstCase({ ...chat, maxOutputTokens: 100 }, DEPLOYMENTS, PRICING);
  versionsOf({ chat, alias: ALIAS, feature: FEATURE, safeguardAlias: undefined }, CONFIG);
  answerKeyText({ chat, tenant: 't', user: 'u', feature: 'chat', generation: 0, policy: POLICY });
  hasPersonalData([chat.messages, chat.tools, chat.response_format, chat.rest], POLICY.personalData);
}

/** CPU time of this thread, so that a test beside this one does not count. */
function cpuMs(run: () => void, times: number): number {
  const before = process.threadCpuUsage();
  for (let time = 0; time < times; time++) run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

/** The system counts CPU time in steps, so what is measured takes longer than one. */
const LEAST_MS = 20;

/** How often the work is repeated in one measurement. Elapsed time would not tell: on a busy machine this thread mostly waits. */
function timesFor(run: () => void): number {
  let times = 1;
  while (cpuMs(run, times) < LEAST_MS) times *= 2;
  return times;
}

const ROUNDS = 25;

it.each(Object.entries(BODIES))(
  '%s',
  (_, [count, make]) => {
    const [small, large] = [count, 2 * count].map((many) => JSON.stringify({ model: 'app/chat', ...make(many) }));
    let [once, twice] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    // The small body twice against the large one once: both take about as long. The least of several runs, since garbage collection
    // and a cold start only ever add. Quadratic work has a ratio of 4.
    const ratio = () => (2 * once) / twice;
    const times = timesFor(() => work(large as string));
    for (let round = 0; round < ROUNDS && (round < 2 || ratio() >= 3); round++) {
      once = Math.min(
        once,
        cpuMs(() => work(large as string), times),
      );
      twice = Math.min(
        twice,
        cpuMs(() => work(small as string), 2 * times),
      );
    }
    expect(ratio(), `${once.toFixed(1)} ms for the large one, ${twice.toFixed(1)} for two small ones`).toBeLessThan(3);
  },
  240_000,
);
