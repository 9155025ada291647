/** The book's alarm with promises that burn: what is sent, when, and what people do about it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { recordOf } from '../unit/core/slo/support/record.ts';
import { BookStage } from './book-stage.ts';
import { rowsWrittenBy } from './count-rows.ts';

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];

let stage: BookStage;
beforeEach(() => {
  stage = new BookStage();
});

/** A minute of traffic: a batch of thirty requests, of which so many fail. */
async function minute(bad: number): Promise<void> {
  await stage.pass(50 * SECOND);
  const arrivedAt = stage.clock.now();
  const requests = Array.from({ length: 30 }, (_, place) =>
    place < bad
      ? recordOf({ arrivedAt, ttftMs: null, code: 'providers_unavailable', status: 503, ending: 'refused' })
      : recordOf({ arrivedAt }),
  );
  await stage.flush(...requests);
  await stage.pass(10 * SECOND);
}
async function minutes(count: number, bad: number, each = async () => {}): Promise<void> {
  for (let time = 0; time < count; time++) {
    await minute(bad);
    await each();
  }
}
const told = () => stage.notices.map(({ name, type }) => `${type} ${name.split('@')[0]}`);
const firing = () => stage.inside((book) => book.firing());
const silence = (objective: string, ms: number) =>
  stage.inside((book) => book.setSilence({ objective, until: stage.clock.now() + ms, reason: 'r', who: 'ana' }));

describe('a promise that burns', () => {
  /** An hour well, ten minutes of an outage, and then well until all is forgotten. */
  async function outage(each = async () => {}): Promise<void> {
    await minutes(5, 0, each);
    await minutes(4, 30, each);
    await minutes(5, 0, each);
    await stage.pass(8 * HOUR);
  }

  it('is reported once for each pair of windows, within a minute, and once when it is over; the same where the object dies every minute', async () => {
    const began = stage.clock.now() + 5 * MINUTE;
    await outage();
    const straight = stage.notices.map(({ name, at, text }) => [name, at, text]);
    const [first] = stage.notices;
    expect(first).toMatchObject({ type: 'slo.burning', severity: 'page' });
    expect(first?.at).toBeLessThanOrEqual(began + 2 * MINUTE);
    expect((first?.at ?? 0) % MINUTE).toBe(0);
    expect(new Set(told()).size).toBe(told().length);
    expect(told()).toContain('slo.recovered burn/chat-success/1h');
    expect(await firing()).toEqual([]);
    // Nothing comes any more, so nothing is looked at until it is odd that nothing comes.
    expect(await stage.alarmAt()).toBeGreaterThan(stage.clock.now() + 24 * HOUR);

    stage = new BookStage();
    await outage(() => stage.vanish());
    expect(stage.notices.map(({ name, at, text }) => [name, at, text])).toEqual(straight);
  });

  it('costs the alarm three rows at most', async () => {
    await minutes(5, 0);
    const ring = () =>
      stage.inside((book, state) =>
        rowsWrittenBy(state, async () => {
          stage.clock.moveTo(stage.clock.now() + MINUTE);
          await book.alarm();
        }),
      );
    expect(await ring()).toBe(1);
    await minutes(4, 30);
    expect(await firing()).not.toEqual([]);
    expect(await ring()).toBeLessThanOrEqual(3);
  });
});

describe('a silence', () => {
  it('that is made shorter sends what it held back when it is over', async () => {
    await silence('*', 24 * HOUR);
    await stage.inside((book) => book.openIncident({ id: 'i1', title: 'It burns.', openedBy: 'policy:fast' }));
    await stage.pass(HOUR);
    await silence('*', 5 * MINUTE);
    await stage.pass(4 * MINUTE);
    expect(told()).toEqual([]);
    await stage.pass(2 * MINUTE);
    expect(told()).toEqual(['incident.opened incident/i1/opened']);
  });

  it('sends nothing until it ends, and then what still goes on', async () => {
    await minutes(5, 0);
    await silence('chat-success', 20 * MINUTE);
    await minutes(4, 30);
    expect(told().filter((line) => line.includes('chat-success'))).toEqual([]);
    const shown = (await firing()).filter(({ objective }) => objective === 'chat-success');
    expect(shown.map(({ silencedUntil }) => silencedUntil !== null)).toContain(true);
    const { silences, held } = await stage.inside((book) => book.silences());
    expect(silences).toMatchObject([{ objective: 'chat-success', who: 'ana' }]);
    expect(held).toMatchObject(held.map(() => ({ by: 'chat-success', waits: true })));
    expect(held.length).toBeGreaterThan(0);
    await stage.vanish();
    await minutes(18, 30);
    expect(told()).toContain('slo.burning burn/chat-success/1h');
    expect((await stage.inside((book) => book.silences())).held).toEqual([]);
  });

  it('that outlasts the trouble never tells of it', async () => {
    await minutes(5, 0);
    await silence('*', 30 * 24 * HOUR);
    await minutes(4, 30);
    await minutes(5, 0);
    await stage.pass(8 * HOUR);
    expect(stage.notices).toEqual([]);
    expect(await firing()).toEqual([]);
    const { held } = await stage.inside((book) => book.silences());
    expect(held.map(({ notice, waits }) => [notice.type, waits])).toContainEqual(['slo.recovered', false]);
    expect(held.some(({ waits }) => waits)).toBe(false);
  });

  it('that is ended by hand tells at once', async () => {
    await minutes(5, 0);
    await silence('*', 24 * HOUR);
    await minutes(4, 30);
    expect(stage.notices).toEqual([]);
    await stage.inside((book) => book.clearSilence('*'));
    await stage.pass(0);
    expect(told()).toContain('slo.burning burn/chat-success/1h');
  });
});

describe('limits that an operator set', () => {
  const rates = () => told().filter((line) => line.includes('threshold/rate/'));

  it('are watched from then on, also by a later life, until they are removed', async () => {
    await minutes(7, 0);
    expect(rates()).toEqual([]);
    await stage.inside((book) => book.noteLimits('acme', 'tenant', { rps: 0.5 }));
    await stage.vanish();
    await minutes(7, 0);
    expect(rates()).toEqual(['slo.threshold threshold/rate/5m/note/tenant:acme']);
    expect(await stage.inside((book) => book.metrics())).toContain(
      'carryon_rate_limit_saturation_ratio{scope="tenant:acme"} 1',
    );
    await stage.inside((book) => book.noteLimits('acme', 'tenant', {}));
    await minutes(7, 0);
    expect(rates().at(-1)).toBe('slo.recovered threshold/rate/5m/note/tenant:acme');
    expect(
      await stage.inside((_, { storage }) => [...storage.sql.exec("SELECT body FROM document WHERE name = 'limits'")]),
    ).toEqual([{ body: '{}' }]);
  });

  it('are refused beyond a thousand, so that the row stays small; those that are kept may change', async () => {
    await stage.inside((book) => {
      for (let place = 0; place < 1_000; place++) expect(book.noteLimits(`t${place}`, 'tenant', { rps: 1 })).toBe(true);
      expect(book.noteLimits('one-more', 'tenant', { rps: 1 })).toBe(false);
      expect(book.noteLimits('t7', 'tenant', { rps: 2 })).toBe(true);
      expect(book.noteLimits('t7', 'tenant', {})).toBe(true);
      expect(book.noteLimits('one-more', 'tenant', { rps: 1 })).toBe(true);
    });
  });
});

it('an acknowledgement is shown with its alert, and ends with it', async () => {
  await minutes(5, 0);
  await minutes(4, 30);
  const [alert] = await firing();
  const name = alert?.name ?? '';
  expect(await stage.inside((book) => book.acknowledge('nothing', 'ana', null))).toBeNull();
  await stage.inside((book) => book.acknowledge(name, 'ana', 'looking'));
  await stage.vanish();
  await minutes(1, 30);
  const seen = (await firing()).find((one) => one.name === name);
  expect(seen).toMatchObject({ acknowledgedBy: 'ana', acknowledgedNote: 'looking' });
  await minutes(5, 0);
  await stage.pass(8 * HOUR);
  const kept = await stage.inside((_, { storage }) => [
    ...storage.sql.exec("SELECT body FROM document WHERE name = 'acknowledgements'"),
  ]);
  expect(kept).toEqual([{ body: '{}' }]);
  await minutes(5, 0);
  await minutes(4, 30);
  expect((await firing()).find((one) => one.name === name)).toMatchObject({ acknowledgedBy: null });
});
