/** The page's words in English. */
import type { Figures } from './figures.ts';
import type { Broke } from './report.ts';

export const statusEn = (figures: Figures) => ({
  title: 'Status',
  loading: 'Loading the figures…',
  overall: {
    nothing: 'No promise is published here',
    broken: (broken: number, of: number) => {
      if (of === 1) return 'The promise is broken';
      if (broken === of) return 'Every promise is broken';
      return broken === 1 ? 'One promise is broken' : `${figures.count(broken)} promises are broken`;
    },
    strained: (strained: number, of: number) => {
      if (of === 1) return 'The promise is kept, but at risk';
      return `Every promise is kept, but ${strained === 1 ? 'one is' : `${figures.count(strained)} are`} at risk`;
    },
    incident: 'We are working on a problem',
    maintenance: (until: number) => `Planned maintenance until ${figures.clock(until)}`,
    kept: (of: number): string => (of === 1 ? 'The promise is kept' : 'Every promise is kept'),
    unknown: 'No traffic to judge by yet',
  },
  concerned: {
    broken: (titles: string) => `Not kept: ${titles}`,
    strained: (titles: string) => `At risk: ${titles}`,
  },
  nothingWhat: 'The people who run this service have not published a promise here. Ask them what they promise.',
  measured: (service: string, at: number) => `${service} · measured at the edge, ${figures.moment(at)}`,
  away: {
    service: {
      title: 'The service does not answer',
      what: 'This page tries again every 30 seconds. If other websites open, the service itself is down.',
      stale: (at: number) =>
        `The service does not answer. These figures are from ${figures.moment(at)}. This page keeps trying.`,
    },
    figures: {
      title: 'The figures cannot be read just now',
      what: 'The service answers, but its figures cannot be read. This page tries again every 30 seconds.',
      stale: (at: number) =>
        `Newer figures cannot be read just now. These are from ${figures.moment(at)}. This page keeps trying.`,
    },
    again: 'Try again now',
  },
  promises: {
    heading: 'What we promise',
    over: (window: string) => `Over any ${figures.duration(window)}.`,
    cells: 'Each cell is a day; grey days had no traffic.',
    overOwn: (window: string) => `over any ${figures.duration(window)}`,
    everything: 'Everything',
    success: 'Answers arrive',
    ttft: (under: string) => `The first word comes within ${figures.duration(under)}`,
    latency: (under: string) => `The whole answer comes within ${figures.duration(under)}`,
    averageCost: (usd: number) => `An answer costs us at most ${figures.usd(usd)} on average`,
    cost: (usd: number) => `An answer costs us at most ${figures.usd(usd)}`,
    valid: 'Answers have the form that was asked for',
    quality: 'People find the answers good',
    external: (name: string) => `The service “${name}” works`,
    composite: 'All of this together',
    compositeOf: (titles: readonly string[]) => `Together: ${figures.list(titles)}.`,
    dependsOn: (titles: readonly string[]) => `It also depends on: ${figures.list(titles)}.`,
    share: (share: string, total: number | undefined, isOfAnswers: boolean) => {
      if (total !== undefined) return `${share} of ${figures.count(total)} answers`;
      return isOfAnswers ? `${share} of answers` : share;
    },
    promise: (percent: string) => `promise ${percent}`,
    average: (usd: number) => `${figures.usd(usd)} on average`,
    noTraffic: 'nothing to judge by yet',
    standing: { kept: 'kept', strained: 'at risk', broken: 'broken', unknown: 'no data' },
    exhausts: (inMs: number) => `At the pace of the last hour, it will be broken in ${figures.length(inMs)}.`,
  },
  days: {
    first: (days: number) => `${figures.count(days)} days ago`,
    last: 'today',
    state: { kept: 'kept', strained: 'strained', broken: 'broken', no_data: 'no traffic' },
    summary: (days: number, parts: readonly string[]) => `The last ${figures.count(days)} days: ${figures.list(parts)}`,
    some: (count: number, state: string) => `${figures.count(count)} ${state}`,
    table: 'Day by day',
    caption: (title: string) => `${title}, by day (UTC)`,
    day: 'Day',
    how: 'The promise was',
  },
  happened: {
    heading: 'What happened',
    nothing: 'Nothing: no problems and no maintenance.',
    drill: 'Planned rehearsal',
    drilled: (feature: string | null) =>
      `We made answers${feature === null ? '' : ` of ${feature}`} fail on purpose, but only for our own requests.`,
    made: (broke: Broke, feature: string | null): string => madeEn(broke, feature === null ? '' : ` of ${feature}`),
    problem: 'A problem',
    maintenance: 'Planned maintenance',
    solved: (what: string, ms: number) => `${what}, solved after ${figures.length(ms)}`,
    goingOn: (what: string, ms: number) => `${what}, going on for ${figures.length(ms)}`,
    touched: (title: string) => `It affects this promise: ${title}.`,
    touchedThen: (title: string) => `It affected this promise: ${title}.`,
    now: 'going on',
    planned: 'announced',
    over: 'over',
  },
  foot: {
    contact: 'Questions?',
    json: 'The same figures as JSON',
  },
});

/** The sentence for an incident that has no public note. It is the same as in `GET /slo`. */
function madeEn(broke: Broke, of: string): string {
  switch (broke) {
    case 'success':
      return `Some answers${of} did not arrive.`;
    case 'ttft':
      return `Answers${of} began later than promised.`;
    case 'latency':
      return `Answers${of} took longer than promised.`;
    case 'cost':
    case 'average':
      return `Answers${of} cost more than planned.`;
    case 'valid':
      return `Some answers${of} did not have the form that was asked for.`;
    case 'quality':
      return `Some answers${of} were not as good as promised.`;
    case 'external':
      return `A service behind the answers${of} did not work as promised.`;
    case 'composite':
      return `Some answers${of} were not as promised.`;
    case null:
      return 'Something did not work as promised.';
  }
}
