/** Incidents, silences and acknowledgements over the admin API, and incidents as everybody sees them. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { compose } from '../../worker/deps.ts';
import { callAdmin, refused } from './call-admin.ts';

type Row = Record<string, unknown>;

const publicIncidents = async (query = ''): Promise<Row[]> => {
  const response = await exports.default.fetch(new Request(`http://localhost/slo${query}`));
  return ((await response.json()) as { incidents: Row[] }).incidents;
};

describe('an incident', () => {
  it('is opened, written about and closed, and each reader sees what they may read', async () => {
    const opened = await callAdmin('POST', 'incidents', {
      ...{ title: 'Provider a answers 503.', objective: 'chat-success', note: 'a secret of ours' },
    });
    expect([opened.status, opened.body]).toMatchObject([201, { feature: 'chat', tenant: null, closedAt: null }]);
    const path = `incidents/${opened.body.id}`;
    const report = async () => (await callAdmin('GET', 'slo')).body.incidents as Row[];
    expect(await report()).toEqual([opened.body]);
    expect((await callAdmin('GET', 'slo?feature=summarize')).body.incidents).toEqual([]);
    // Local mode shows every promise.
    const shown = { id: opened.body.id, openedAt: opened.body.openedAt, objective: 'chat-success', feature: 'chat' };
    expect(await publicIncidents()).toEqual([
      { ...shown, closedAt: null, publicNote: null, text: 'Some answers of chat did not arrive.' },
    ]);
    expect(await publicIncidents('?feature=summarize')).toEqual([]);

    const closed = await callAdmin('PUT', path, { publicNote: 'All is well.\nSorry.', note: null, close: true });
    expect(closed.body).toMatchObject({ publicNote: 'All is well.\nSorry.', note: null, closedBy: 'root' });
    expect((await callAdmin('GET', 'incidents')).body).toMatchObject({
      ...{ incidents: [closed.body], next: null, mttrMinutes: expect.any(Number), mtbfMinutes: null },
    });
  });

  it('is refused with what would be right', async () => {
    expect(await refused(callAdmin('POST', 'incidents', { title: ' ' }))).toBe(
      '400 invalid_body title: write 1 to 200 characters, none of them a control character',
    );
    expect(await refused(callAdmin('POST', 'incidents', { title: 't', objective: 'chat-sucess' }))).toMatch(
      /^400 invalid_body objective: is not a promise; did you mean "chat-success"\?/,
    );
    expect(await refused(callAdmin('POST', 'incidents', { title: 't', note: 'a\u0000b' }))).toMatch(
      /^400 .* note: write/,
    );
    expect(await refused(callAdmin('PUT', 'incidents/none', { close: true }))).toMatch(/^404 not_found/);
    expect(await refused(callAdmin('PUT', 'incidents/none', { close: false }))).toMatch(/^400 .* close: write true/);
  });
});

it('a silence is set, shown and ended', async () => {
  const body = { objective: 'chat-success', forSeconds: 60, reason: 'a deploy' };
  expect((await callAdmin('PUT', 'silences', body)).body).toMatchObject({ objective: 'chat-success', who: 'root' });
  await callAdmin('PUT', 'silences', { ...body, reason: 'another deploy' });
  expect((await callAdmin('GET', 'silences')).body).toMatchObject({
    silences: [{ objective: 'chat-success', reason: 'another deploy', who: 'root', until: expect.any(Number) }],
    held: [],
  });
  expect(await refused(callAdmin('PUT', 'silences', { ...body, objective: 'burn/chat-success/1h' }))).toMatch(
    /^400 invalid_body objective: is neither a promise nor a firing alert; write one of \*, chat-success/,
  );
  expect((await callAdmin('DELETE', 'silences?objective=chat-success')).body).toMatchObject({ cleared: true });
  expect((await callAdmin('DELETE', 'silences?objective=chat-success')).body).toMatchObject({ cleared: false });
});

it('there are at most 200 silences', async () => {
  const book = compose(env).sloBook();
  const until = Date.now() + 60_000;
  for (let one = 0; one < 200; one++) await book.setSilence({ objective: `o${one}`, until, reason: 'r', who: 'ana' });
  const body = { objective: 'chat-success', until, reason: 'r' };
  expect(await refused(callAdmin('PUT', 'silences', body))).toMatch(/^400 .* there are 200 silences already/);
  expect(await book.setSilence({ objective: 'o1', until, reason: 'again', who: 'ana' })).toBeDefined();
});

it('an alert that does not fire cannot be acknowledged', async () => {
  expect((await callAdmin('GET', 'firing')).body).toEqual({ firing: [] });
  expect(await refused(callAdmin('PUT', 'acknowledgements', { alert: 'burn/chat-success/1h' }))).toBe(
    '400 invalid_body alert: is not firing; there are none',
  );
});

it('policies are listed with what each would do, and which hold', async () => {
  const { status, body } = await callAdmin('GET', 'policies');
  expect([status, (body.policies as Row[]).map(({ name }) => name)]).toEqual([
    200,
    ['fast-burn', 'half-by-15', 'most-by-25'],
  ]);
  expect(body.policies).toMatchObject([
    {
      ...{ on: 'burn>2x/1h', do: ['incident', 'freeze'] },
      objectives: [
        { objective: 'chat-success', would: ['open an incident', 'freeze promotions'], since: null },
        { objective: 'summarize-success' },
      ],
    },
    { on: 'month>50%@15', do: ['freeze'] },
    { on: 'month>80%@25', do: ['freeze'] },
  ]);
  const book = env.SLO_BOOK.get(env.SLO_BOOK.idFromName('book'));
  const active = { 'fast-burn/chat-success': { since: 1, why: 'It burns.', incident: 'i1' } };
  await runInDurableObject(book, (_, { storage }) => {
    storage.sql.exec(
      "INSERT INTO document (name, body) VALUES ('policy', ?)",
      JSON.stringify({ active, set: {}, pinnedAt: {} }),
    );
  });
  await evictDurableObject(book);
  const [fast] = (await callAdmin('GET', 'policies')).body.policies as { objectives: Row[] }[];
  expect(fast?.objectives[0]).toMatchObject({ objective: 'chat-success', since: 1, why: 'It burns.', incident: 'i1' });
});
