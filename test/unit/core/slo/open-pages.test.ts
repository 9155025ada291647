/** One open page for each promise: what is added to it, who is told all the same, and when it is over. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Notice, Severity } from '../../../../worker/core/alerts/notice.ts';
import { type Hook, takes } from '../../../../worker/core/alerts/policy.ts';
import { type OpenPages, withPages } from '../../../../worker/core/slo/open-pages.ts';
import type { FiringAlert } from '../../../../worker/core/slo/watch/watch.ts';

const NOW = 1_800_000_000_000;
const [MINUTE, HOUR] = [60_000, 3_600_000];

type Firing = Record<string, Pick<FiringAlert, 'quietSince' | 'severity'>>;

/** A watch whose alerts begin and end as a test says, and what of it is sent to each webhook. */
class Story {
  now = NOW;
  readonly #firing: Firing = {};
  readonly #sent: Notice[] = [];
  open: OpenPages = {};

  tell(...given: Notice[]): void {
    const told = withPages(given, { open: this.open, firing: this.#firing }, this.now);
    this.open = told.open;
    this.#sent.push(...told.notices);
  }

  begin(alert: string, severity: Severity, objective: string | null = 'chat-success'): Notice {
    this.#firing[alert] = { severity, quietSince: null };
    return this.#notice(alert, severity, 'slo.burning', objective);
  }

  quiet(alert: string): void {
    this.#firing[alert] = { severity: this.#firing[alert]?.severity ?? 'page', quietSince: this.now };
  }

  end(alert: string, objective = 'chat-success'): Notice {
    const severity = this.#firing[alert]?.severity ?? 'page';
    delete this.#firing[alert];
    return this.#notice(alert, severity, 'slo.recovered', objective);
  }

  /** What a webhook of these severities was sent. */
  sentTo(severities: readonly Severity[], format: Hook['format'] = 'slack'): string[] {
    const hook = { name: 'H', format, url: '', secret: '', severities, problem: undefined };
    return this.#sent.filter((notice) => takes(hook, notice)).map(({ type, subject }) => `${type} ${subject}`);
  }

  get texts(): string[] {
    return this.#sent.map(({ text }) => text);
  }

  #notice(alert: string, severity: Severity, type: Notice['type'], objective: string | null): Notice {
    return {
      ...{ name: `${alert}@${this.now}/${type}`, subject: alert, tenant: null, kind: 'slo', type, severity },
      ...{ at: this.now, text: `${alert} ${type}.`, runbook: null, data: { alert, objective, since: this.now } },
    };
  }
}

const [FAST, SLOW, TICKET, TARGET] = ['burn/c/1h', 'burn/c/6h', 'burn/c/1d', 'threshold/c/5m/page'];
const ALL: Severity[] = ['incident', 'page', 'ticket', 'note'];

/** A full outage as the watch tells it: pages, a ticket, and later an incident; all over at once. */
function outage(story = new Story()): Story {
  story.tell(story.begin(FAST, 'page'));
  story.now += 4 * MINUTE;
  story.tell(story.begin(SLOW, 'page'), story.begin(TICKET, 'ticket'));
  story.tell(story.begin(TARGET, 'page'));
  return story;
}

describe('one outage', () => {
  it('pages once, and is over once, when none of its alerts fires any more', () => {
    const story = outage();
    expect(story.sentTo(['page'])).toEqual([`slo.burning ${FAST}`]);
    story.tell(story.end(TARGET));
    expect(story.sentTo(ALL)).toEqual([`slo.burning ${FAST}`]);
    story.now += HOUR;
    story.tell(story.end(FAST), story.end(SLOW), story.end(TICKET));
    for (const severities of [ALL, ['page'] satisfies Severity[], ['page', 'ticket'] satisfies Severity[]])
      expect(story.sentTo(severities)).toEqual([`slo.burning ${FAST}`, `slo.recovered ${FAST}`]);
    expect(story.sentTo(['incident', 'page'], 'pagerduty')).toHaveLength(2);
    expect(story.texts.at(-1)).toBe('No alert about chat-success fires any more. It lasted one hour and four minutes.');
    expect(story.open).toEqual({});
  });

  it('is a ticket where pages do not go, and nothing where neither goes', () => {
    const story = outage();
    story.tell(...[FAST, SLOW, TICKET, TARGET].map((alert) => story.end(alert)));
    expect(story.sentTo(['ticket'])).toEqual([`slo.burning ${FAST}`, `slo.recovered ${FAST}`]);
    expect(story.sentTo(['note'])).toEqual([]);
  });

  it('that grows more urgent is told again, as the same page', () => {
    const story = outage();
    story.tell(story.begin('threshold/c/60m/incident', 'incident'));
    expect(story.sentTo(ALL)).toEqual([`slo.burning ${FAST}`, `slo.burning ${FAST}`]);
    story.tell(story.begin('threshold/c/15m/page', 'page'));
    expect(story.sentTo(ALL)).toHaveLength(2);
  });

  it('of which the most urgent is told first, whatever comes first in a batch', () => {
    const story = new Story();
    story.tell(story.begin(TICKET, 'ticket'), story.begin(FAST, 'page'));
    expect(story.sentTo(ALL)).toEqual([`slo.burning ${FAST}`]);
  });

  it('that comes back while slow windows still remember the last one pages again', () => {
    const story = outage();
    for (const alert of [FAST, SLOW, TARGET]) story.quiet(alert);
    story.now += HOUR - MINUTE;
    story.tell(story.begin('threshold/c/15m/page', 'page'));
    expect(story.sentTo(['page'])).toHaveLength(1);
    story.quiet('threshold/c/15m/page');
    story.now += HOUR;
    story.tell(story.begin(FAST, 'page'));
    expect(story.sentTo(['page'])).toEqual([`slo.burning ${FAST}`, `slo.burning ${FAST}`]);
    expect(story.sentTo(['ticket'])).toHaveLength(1);
  });
});

describe('what is not one outage', () => {
  it('is told by itself: another promise, a tenant, and what is about no promise', () => {
    const story = outage();
    story.tell(
      ...[story.begin('burn/d/1h', 'page', 'other'), story.begin(`${TARGET}/tenant:acme`, 'page')],
      ...[story.begin('threshold/spend/ticket', 'ticket', null), story.begin('threshold/rate/note', 'note', null)],
    );
    expect(story.sentTo(ALL).slice(1)).toEqual([
      ...['slo.burning burn/d/1h', `slo.burning ${TARGET}/tenant:acme`],
      ...['slo.burning threshold/spend/ticket', 'slo.burning threshold/rate/note'],
    ]);
  });

  it('keeps its own end: of an alert that an earlier build has told', () => {
    const story = new Story();
    story.begin(SLOW, 'page');
    story.tell(story.begin(FAST, 'page'));
    story.tell(story.end(SLOW));
    expect(story.sentTo(ALL)).toEqual([`slo.burning ${FAST}`, `slo.recovered ${SLOW}`]);
  });

  it('has an end with its own words where nothing was added', () => {
    const story = new Story();
    story.tell(story.begin(FAST, 'page'));
    story.tell(story.end(FAST));
    expect(story.texts).toEqual([`${FAST} slo.burning.`, `${FAST} slo.recovered.`]);
  });
});

it('whatever begins and ends: a webhook that is told of a page is told its end once, and no other is', () => {
  const names = [FAST, SLOW, TICKET, TARGET];
  const step = fc.record({ alert: fc.constantFrom(...names), severity: fc.constantFrom(...ALL), waits: fc.nat(90) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.subarray(ALL, { minLength: 1 }), (steps, severities) => {
      const story = new Story();
      const firing = new Set<string>();
      const end = (alert: string) => {
        firing.delete(alert);
        story.tell(story.end(alert));
      };
      for (const { alert, severity, waits } of steps) {
        story.now += waits * MINUTE;
        if (firing.has(alert)) end(alert);
        else {
          firing.add(alert);
          story.tell(story.begin(alert, severity));
        }
      }
      for (const alert of firing) end(alert);
      expect(story.open).toEqual({});
      const sent = story.sentTo(severities).map((line) => line.split(' ')[0]);
      // Pages follow one another: beginnings, of which each is more urgent, and one end.
      expect(sent.join(' ')).toMatch(/^(?:(?:slo\.burning )+slo\.recovered ?)*$/);
    }),
  );
});
