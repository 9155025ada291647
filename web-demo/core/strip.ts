/** The network strip: one sentence about the present state. */

import type { ProviderPlug } from '../../protocol/demo-settings.ts';
import type { Words } from '../words/words.ts';
import type { AnswerFacts } from './facts.ts';
import type { PromiseNews } from './promise-news.ts';
import type { Tone } from './provenance.ts';
import { nameOf, partsOf } from './providers.ts';

export interface StripSeen {
  connection: 'online' | 'unreachable' | 'offline';
  mode: 'auto' | 'travel';
  isResuming: boolean;
  /** True if this browser can keep data, so saved answers work and questions can wait. */
  isKept: boolean;
  providers: readonly ProviderPlug[];
  /** Null if the public promises are kept, or if their state is not known. */
  news: PromiseNews | null;
  /** The facts of the last answer. */
  last: AnswerFacts | null;
  /** When a provider was last plugged in, in epoch milliseconds. */
  pluggedInAt: number;
  /** Called only if the sentence depends on the time. */
  now(): number;
}

export interface StripSentence {
  tone: Tone;
  /** The state, in a word or two. */
  lead: string;
  /** What follows from that; empty if nothing does. */
  rest: string;
  /** Set if the status page says more about it. */
  isOnStatus?: true;
}

/** How long a failure of the last answer counts; after that the provider's state is unknown. */
export const NEWS_FOR_MS = 60_000;

/** The sentence of the moment. */
export function stripOf(seen: StripSeen, { strip: say }: Words): StripSentence {
  const away = seen.isKept ? say.awayKept : say.awayNotKept;
  if (seen.connection === 'offline') return { tone: 'away', lead: say.offline, rest: away };
  if (seen.connection === 'unreachable') return { tone: 'warn', lead: say.unreachable, rest: say.tryingAgain };
  if (seen.isResuming) return { tone: 'warn', lead: say.goingOn, rest: say.goingOnWhy };
  const route = routeNow(seen, say);
  if (seen.news !== null && route?.isBroken !== true)
    return { tone: 'warn', lead: say.news[seen.news], rest: route?.text ?? '', isOnStatus: true };
  if (route !== null) return { tone: route.isBroken ? 'bad' : 'good', lead: say.connected, rest: route.text };
  return { tone: 'good', lead: say.connected, rest: seen.mode === 'travel' ? say.travelOn : '' };
}

/** Which provider stands in for which others, as far as the plugs and the last answer show. */
function routeNow(seen: StripSeen, say: Words['strip']): { text: string; isBroken: boolean } | null {
  const { providers, last } = seen;
  const unplugged = providers.filter(({ plugged }) => !plugged).map(({ name }) => name);
  if (unplugged.length > 0 && unplugged.length === providers.length) return { text: say.allUnplugged, isBroken: true };

  const isNews = last !== null && last.source.kind === 'live' && last.askedAt > seen.pluggedInAt;
  if (isNews) {
    const { answered, failed, skipped } = partsOf(last, providers);
    const away = answered === null ? [] : [...new Set([...failed, ...skipped])];
    const still = away.filter((name) => unplugged.includes(name) || seen.now() < recoversAt(last, name, providers));
    if (answered !== null && still.length > 0) return { text: say.standsIn(answered, still), isBroken: false };
  }
  return unplugged.length > 0 ? { text: say.unplugged(unplugged), isBroken: false } : null;
}

/** The time until which a provider that failed or was in cooldown counts as recovering. */
function recoversAt(facts: AnswerFacts, name: string, providers: readonly ProviderPlug[]): number {
  const endings = facts.cooldowns
    .filter(({ deployment }) => nameOf(deployment, providers) === name)
    .map(({ leftMs }) => facts.askedAt + leftMs);
  return endings.length > 0 ? Math.max(...endings) : facts.askedAt + NEWS_FOR_MS;
}

/** A change is announced once it has lasted this long, so that a flapping line is not read out again and again. */
export const CALM_MS = 1_500;

/** The text that a screen reader should read; null if it has been read already. */
export const announcement = ({ lead, rest }: StripSentence, said: string): string | null => {
  const text = rest === '' ? lead : `${lead} ${rest}`;
  return text === said ? null : text;
};
