import { beforeEach, describe, expect, it } from 'vitest';
import { SloBook } from '../../worker/objects/slo-book/slo-book.ts';
import { WatchingBook } from '../../worker/objects/slo-book/watching-book.ts';
import { recordOf } from '../unit/core/slo/support/record.ts';
import { sloFor } from '../unit/core/slo/support/slo-for.ts';
import { BookStage, LATE_MS } from './book-stage.ts';
import { rowsWrittenBy } from './count-rows.ts';
import { eventually } from './eventually.ts';

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];

let stage: BookStage;
beforeEach(() => {
  stage = new BookStage();
});

const open = (id: string, title = 'Provider a is down.') =>
  stage.inside((book) => book.openIncident({ id, title, openedBy: 'ana' }));
const names = () => stage.notices.map(({ name }) => name);

describe('the alarm', () => {
  it('is set by a flush to the next whole minute, and the next flushes cost no more rows', async () => {
    await stage.pass(17 * SECOND);
    await stage.flush(recordOf({ arrivedAt: stage.clock.now() }));
    expect(await stage.alarmAt()).toBe(Math.ceil(stage.clock.now() / MINUTE) * MINUTE);
    await stage.inside(async (book, state) => {
      const rows = await rowsWrittenBy(state, async () => {
        for (let seq = 100; seq < 110; seq++) book.record({ source: 'b', seq, sentAt: 0, body: '{}' });
      });
      expect(rows).toBe(10);
    });
  });

  it('survives the object, also where that is woken by a flush', async () => {
    await stage.flush(recordOf({ arrivedAt: stage.clock.now() }));
    const at = await stage.alarmAt();
    await stage.vanish();
    await stage.pass(10 * SECOND);
    await stage.inside(async (book, state) => {
      const flush = async () => void book.record({ source: 'b', seq: 0, sentAt: 0, body: '{}' });
      expect(await rowsWrittenBy(state, flush)).toBe(1);
    });
    expect(await stage.alarmAt()).toBe(at);
  });

  it('that the platform has lost is set again by a flush', async () => {
    await stage.flush(recordOf());
    await stage.inside((_, { storage }) => storage.deleteAlarm());
    await stage.pass(3 * MINUTE);
    await stage.flush(recordOf());
    expect(await stage.alarmAt()).toBeGreaterThan(stage.clock.now());
  });
});

describe('a notice', () => {
  it('is handed over at once, in order', async () => {
    await open('i1');
    await stage.inside((book) => book.changeIncident('i1', { note: 'We ask b.' }, 'ben'));
    await stage.inside((book) => book.changeIncident('i1', { close: true }, 'ben'));
    await stage.pass(0);
    expect(stage.notices.map(({ type }) => type)).toEqual(['incident.opened', 'incident.updated', 'incident.closed']);
    expect(stage.calls).toBe(1);
  });

  it('waits while Alerts does not take it, for longer and longer, up to a minute, and is then handed over once', async () => {
    const failure = async () => Promise.reject(new Error('no'));
    stage.fails = failure;
    await open('i1');
    const tries: number[] = [];
    for (let time = 0; time < 9; time++) {
      const at = (await stage.alarmAt()) ?? 0;
      tries.push(Math.round((at - stage.clock.now()) / SECOND));
      await stage.pass(at - stage.clock.now());
    }
    expect(tries).toEqual([0, 1, 2, 4, 8, 16, 32, 60, 60]);
    await stage.pass(HOUR);
    await open('i2');
    stage.fails = undefined;
    await stage.pass(MINUTE);
    expect(names()).toEqual(['incident/i1/opened', 'incident/i2/opened']);
    expect(await stage.alarmAt()).toBeNull();
  });

  it('is handed over again under the same name where the object died before it knew, and otherwise not', async () => {
    await open('i1');
    stage.fails = () => new Promise(() => {});
    const stuck = stage.pass(0).catch(() => {});
    await eventually(() => expect(stage.calls).toBe(1));
    await stage.vanish();
    await stuck;
    stage.fails = undefined;
    await stage.inside((_, { storage }) => storage.setAlarm(stage.clock.now()));
    await stage.pass(MINUTE);
    expect(names()).toEqual(['incident/i1/opened']);
    await stage.vanish();
    await stage.flush(recordOf());
    await stage.pass(5 * MINUTE);
    expect(names()).toEqual(['incident/i1/opened']);
  });

  it('is not held up by a taker that never answers', async () => {
    stage.fails = () => new Promise(() => {});
    await open('i1');
    await stage.inside(async (book) => {
      const ringing = book.alarm();
      for (let time = 0; time < 2; time++) {
        await new Promise((resume) => setImmediate(resume));
        stage.clock.moveTo(stage.clock.now() + 11 * SECOND);
      }
      await ringing;
    });
    stage.fails = undefined;
    await stage.pass(MINUTE);
    expect(names()).toEqual(['incident/i1/opened']);
  });
});

it('what the watch cannot read keeps no record from being counted, and is in the log at each look', async () => {
  await stage.flush(recordOf({ arrivedAt: stage.clock.now() }));
  await stage.inside((_, { storage }) => {
    storage.sql.exec("INSERT INTO document (name, body) VALUES ('maintenance', '{')");
  });
  await stage.vanish();
  await stage.flush(recordOf({ arrivedAt: stage.clock.now() }));
  const total = () => stage.inside((book) => book.report({}).objectives[0]?.total);
  expect(await total()).toBe(2);
  await stage.pass(2 * MINUTE + SECOND);
  expect(stage.events.length).toBeGreaterThanOrEqual(2);
  expect(stage.events[0]).toEqual({ event: 'internal_error', where: 'watch', reason: 'SyntaxError' });
  await stage.flush(recordOf({ arrivedAt: stage.clock.now() }));
  expect(await total()).toBe(3);
});

describe('maintenance', () => {
  it('is announced once for each config that has it, also by a book that only wakes, and once more before', async () => {
    await stage.inside((book) => book.silences());
    expect(await stage.alarmAt()).toBeNull();
    const from = stage.clock.now() + 100 * HOUR;
    const window = { from, to: from + HOUR, reason: 'Database move', announcedAt: stage.clock.now() };
    const slo = sloFor(['chat']);
    stage.slo = { ...slo, maintenance: { ...slo.maintenance, noticeHours: 48, windows: [window] } };
    await stage.vanish();
    await stage.inside((book) => book.silences());
    await stage.pass(0);
    expect(names()).toEqual([`maintenance/${from}-${from + HOUR}/announced`]);
    for (let day = 0; day < 5; day++) {
      await stage.vanish();
      await stage.pass(24 * HOUR);
    }
    expect(names().slice(1)).toEqual([`maintenance/${from}-${from + HOUR}/reminder`]);
    expect(stage.notices[1]?.at).toBe(from - 48 * HOUR + LATE_MS);
  });
});

describe('incidents', () => {
  it('are in the report while they go on and for 30 days, and in pages for longer', async () => {
    await open('i1');
    await stage.inside((book) => book.changeIncident('i1', { close: true }, 'ana'));
    await open('i2');
    const shown = () => stage.inside((book) => book.report({}).incidents.map(({ id }) => id));
    expect(await shown()).toEqual(['i2', 'i1']);
    await stage.pass(31 * 24 * HOUR);
    expect(await shown()).toEqual(['i2']);
    const page = (before: number) => stage.inside((book) => book.incidents(before, 1));
    const first = await page(Number.MAX_SAFE_INTEGER);
    expect(first).toMatchObject({ incidents: [{ id: 'i2' }], mttrMinutes: 0, mtbfMinutes: null });
    expect(await page(first.next ?? 0)).toMatchObject({ incidents: [{ id: 'i1' }], next: null });
  });

  it('of a promise have its runbook', async () => {
    stage.slo = sloFor(['chat'], { runbooks: { 'chat-success': 'https://runbooks.example/success' } });
    await stage.inside((book) => {
      book.openIncident({ id: 'i1', title: 't', openedBy: 'ana', objective: 'chat-success' });
      book.openIncident({ id: 'i2', title: 't', openedBy: 'ana' });
    });
    await stage.pass(MINUTE);
    expect(stage.notices.map(({ runbook }) => runbook)).toEqual(['https://runbooks.example/success', null]);
  });

  it('that are opened twice by one call are one', async () => {
    await open('i1');
    expect(await open('i1', 'again')).toMatchObject({ after: { title: 'Provider a is down.' } });
    await stage.pass(MINUTE);
    expect(names()).toEqual(['incident/i1/opened']);
  });

  it('are a thousand at most, and for 400 days', async () => {
    await stage.inside((book) => {
      for (let number = 0; number < 1_003; number++)
        book.openIncident({ id: `i${number}`, title: 't', openedBy: 'ana' });
    });
    const kept = () => stage.inside((_, { storage }) => [...storage.sql.exec('SELECT id FROM incident')].length);
    expect(await kept()).toBe(1_000);
    stage.fails = async () => Promise.reject(new Error('no'));
    stage.clock.moveTo(stage.clock.now() + 401 * 24 * HOUR);
    await open('new');
    expect(await kept()).toBe(1);
  });
});

it('what can be called is this and nothing else', () => {
  const names = [WatchingBook, SloBook].flatMap(({ prototype }) =>
    Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor'),
  );
  expect(names.toSorted()).toEqual([
    ...[
      'acknowledge',
      'activePolicies',
      'alarm',
      'changeIncident',
      'clearSilence',
      'counted',
      'durations',
      'figures',
      'firing',
      'history',
    ],
    ...[
      'incidents',
      'metrics',
      'month',
      'noteLimits',
      'openIncident',
      'opinion',
      'record',
      'report',
      'request',
      'requests',
    ],
    ...['setSilence', 'silences', 'spent'],
  ]);
});
