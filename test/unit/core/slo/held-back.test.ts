import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Notice } from '../../../../worker/core/alerts/notice.ts';
import { type HeldNotice, splitBySilence } from '../../../../worker/core/slo/held-back.ts';
import { incidentNotice, openedIncident } from '../../../../worker/core/slo/incidents.ts';
import type { Silence } from '../../../../worker/core/slo/silences.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

const aNotice = (more: Partial<Notice>): Notice => ({
  ...{ name: 'n', subject: 's', tenant: null, kind: 'slo', type: 'slo.burning', severity: 'page', at: NOW },
  ...{ text: 'It burns.', runbook: null, data: { objective: 'chat-success' } },
  ...more,
});
const begins = (alert: string, at = NOW, objective = 'chat-success') =>
  aNotice({ name: `${alert}@${at}`, subject: alert, data: { alert, objective } });
const ends = (alert: string, name = 'end') => aNotice({ name, subject: alert, type: 'slo.recovered' });
const silence = (objective: string, until = NOW + MINUTE): Silence => ({ objective, until, reason: 'r', who: 'ana' });
const names = (notices: readonly Notice[]) => notices.map(({ name }) => name);
const nothing = { silences: [], held: [], goesOn: new Set<string>() };

describe('a silence', () => {
  it.each([
    ['chat-success', true],
    ['*', true],
    ['burn/1h', true],
    ['chat-ttft', false],
    ['burn/6h', false],
  ])('of %s holds back a beginning of burn/1h of chat-success: %s', (objective, isHeld) => {
    const sifting = { ...nothing, silences: [silence(objective)], goesOn: new Set(['burn/1h']) };
    const { send, held } = splitBySilence([begins('burn/1h')], sifting, NOW);
    expect([names(send), held.map(({ by }) => by)]).toEqual(
      isHeld ? [[], [objective]] : [['burn/1h@1800000000000'], []],
    );
  });

  it('that is over holds back nothing', () => {
    const sifting = { ...nothing, silences: [silence('*', NOW)], goesOn: new Set(['burn/1h']) };
    expect(splitBySilence([begins('burn/1h')], sifting, NOW).send).toHaveLength(1);
  });

  it('that came later does not hold back the end of an alert that was sent', () => {
    const sifting = { ...nothing, silences: [silence('*')] };
    expect(names(splitBySilence([ends('burn/1h')], sifting, NOW).send)).toEqual(['end']);
  });

  it('does not hold back maintenance, nor what a person did to an incident', () => {
    const maintenance = aNotice({ kind: 'incident', type: 'maintenance.announced', data: {} });
    const incident = (openedBy: string) =>
      incidentNotice(null, openedIncident({ id: '1', title: 'Down.', openedBy, objective: 'chat-success' }, NOW), {
        ...{ now: NOW, runbook: null },
      }) as Notice;
    const sifting = { ...nothing, silences: [silence('*')], goesOn: new Set(['incident/1']) };
    const { send, held } = splitBySilence([maintenance, incident('ana'), incident('policy:fast')], sifting, NOW);
    expect([names(send), held.length]).toEqual([['n', 'incident/1/opened'], 1]);
  });
});

it('keeps the most urgent notices in less than a row if everything burns under a silence', () => {
  const tenants = Array.from({ length: 200 }, (_, place) => `a-tenant-with-a-longer-name-${place}`);
  const notices = Array.from({ length: 3_000 }, (_, place) =>
    aNotice({ name: `n${place}`, subject: `s${place}`, severity: place < 2_900 ? 'note' : 'page', data: { tenants } }),
  );
  const goesOn = new Set(notices.map(({ subject }) => subject));
  const { held } = splitBySilence(notices, { silences: [silence('*')], held: [], goesOn }, NOW);
  expect(JSON.stringify(held).length).toBeLessThan(1_500_000);
  expect(held.filter(({ notice }) => notice.severity === 'page')).toHaveLength(100);
  expect(held).toHaveLength(1_000);
});

it('keeps all notices that wait, and the last hundred of the rest', () => {
  const old = Array.from({ length: 300 }, (_, place): HeldNotice => {
    return { notice: begins(`a${place}`, NOW + place), by: '*', waits: place < 50 };
  });
  const goesOn = new Set(old.map(({ notice }) => notice.subject));
  const { held } = splitBySilence([], { silences: [silence('*')], held: old, goesOn }, NOW);
  expect(held.map(({ notice }) => notice.at)).toEqual([
    ...old.slice(0, 50).map(({ notice }) => notice.at),
    ...old.slice(-100).map(({ notice }) => notice.at),
  ]);
});

it('sends exactly what goes on without a silence, once, and the end of what it has sent', () => {
  const step = fc.record({ alert: fc.constantFrom('a', 'b'), silenced: fc.subarray(['a', 'b', '*', 'chat']) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const firing = new Map<string, number>();
      let held: HeldNotice[] = [];
      const told = new Map<string, number>();
      steps.forEach(({ alert, silenced }, minute) => {
        const now = NOW + minute * MINUTE;
        const since = firing.get(alert);
        const end = ends(alert, `end ${alert}@${since}`);
        const change = since === undefined ? begins(alert, now, 'chat') : end;
        if (since === undefined) firing.set(alert, now);
        else firing.delete(alert);
        // As it is read again after a restart.
        held = JSON.parse(JSON.stringify(held)) as HeldNotice[];
        const silences = silenced.map((one) => silence(one, now + 1));
        const sifted = splitBySilence([change], { silences, held, goesOn: new Set(firing.keys()) }, now);
        held = sifted.held;
        for (const { name } of sifted.send) told.set(name, (told.get(name) ?? 0) + 1);
        const isSilent = (name: string) => silenced.some((one) => [name, '*', 'chat'].includes(one));
        for (const [name, at] of firing) if (!isSilent(name)) expect(told.get(`${name}@${at}`)).toBe(1);
        if (since !== undefined) expect(told.has(end.name)).toBe(told.has(`${alert}@${since}`));
      });
      for (const times of told.values()) expect(times).toBe(1);
    }),
  );
});
