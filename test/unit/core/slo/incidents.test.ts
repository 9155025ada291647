import { describe, expect, it } from 'vitest';
import type { Incident } from '../../../../worker/core/slo/incident.ts';
import { changedIncident, incidentNotice, meanTimes, openedIncident } from '../../../../worker/core/slo/incidents.ts';
import { publicIncident } from '../../../../worker/core/slo/public-incident.ts';
import { sloFor } from './support/slo-for.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const anIncident = (more: Partial<Incident> = {}): Incident => ({
  ...openedIncident({ id: 'i1', title: 'Provider a is down.', openedBy: 'ana', objective: 'chat-success' }, NOW),
  ...more,
});

describe('a change', () => {
  it('closes an incident once, and may still add words later', () => {
    const closed = changedIncident(anIncident(), { close: true }, 'ben', NOW + MINUTE);
    expect(closed).toMatchObject({ closedAt: NOW + MINUTE, closedBy: 'ben', note: null });
    const again = changedIncident(closed, { close: true, publicNote: 'It is well.' }, 'cleo', NOW + 2 * MINUTE);
    expect(again).toEqual({ ...closed, publicNote: 'It is well.' });
    expect(changedIncident(again, { publicNote: null }, 'ana', NOW).publicNote).toBeNull();
  });

  it('adds actions, of which the last hundred are kept', () => {
    const action = (at: number) => ({ at, text: `Pinned b, ${at}.` });
    const actions = Array.from({ length: 100 }, (_, at) => action(at));
    const after = changedIncident(anIncident({ actions }), { actions: [action(100)] }, 'policy:fast', NOW);
    expect(after.actions.map(({ at }) => at)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
  });
});

describe('a notice', () => {
  const told = (before: Incident | null, after: Incident) =>
    incidentNotice(before, after, { now: NOW, runbook: 'https://runbooks.example/a' });

  it('says that an incident was opened, and shares its subject with later notices', () => {
    expect(told(null, anIncident({ feature: 'chat' }))).toEqual({
      ...{ name: 'incident/i1/opened', subject: 'incident/i1', tenant: null, kind: 'incident' },
      ...{ type: 'incident.opened', severity: 'incident', at: NOW, text: 'Incident opened: Provider a is down.' },
      runbook: 'https://runbooks.example/a',
      data: {
        ...{ id: 'i1', objective: 'chat-success', feature: 'chat', openedBy: 'ana', openedAt: NOW, closedAt: null },
        ...{ minutes: null, title: 'Provider a is down.', note: null, publicNote: null },
      },
    });
  });

  it('of an incident’s end says how long the incident was open', () => {
    const closed = anIncident({ closedAt: NOW + 90_000, note: 'A deploy of theirs.' });
    expect(told(anIncident(), closed)).toMatchObject({
      ...{ name: 'incident/i1/closed', subject: 'incident/i1', type: 'incident.closed' },
      text: 'Incident closed after 2 minutes: Provider a is down. A deploy of theirs.',
    });
    expect(told(anIncident(), anIncident({ closedAt: NOW + MINUTE }))?.text).toContain('after 1 minute:');
  });

  it('of new words has the words, and does not repeat what a policy did', () => {
    const note = anIncident({ note: 'We ask b.' });
    expect(told(anIncident(), note)).toMatchObject({
      ...{ name: `incident/i1/updated/${NOW}`, type: 'incident.updated' },
      text: 'Incident: Provider a is down. We ask b.',
    });
    expect(told(note, { ...note, actions: [{ at: NOW, text: 'Pinned b.' }] })).toBeUndefined();
  });

  it.each(['Provider a is down', 'Provider a is down. ', 'Provider a is down.'])(
    'separates the title from the note: %j',
    (title) => {
      const text = told(null, anIncident({ title, note: 'We ask b.' }))?.text;
      expect(text).toBe('Incident opened: Provider a is down. We ask b.');
    },
  );

  it("of a tenant's incident never has the operators' note", () => {
    const [before, after] = [
      anIncident({ tenant: 'acme' }),
      anIncident({ tenant: 'acme', note: 'They are late payers.' }),
    ];
    expect(told(before, after)).toBeUndefined();
    expect(JSON.stringify(told(null, after))).not.toContain('payers');
    expect(told(before, { ...after, publicNote: 'We are on it.' })?.text).toMatch(/We are on it\.$/);
  });
});

describe('mean times', () => {
  const open = (from: number, to: number | null) => ({
    openedAt: NOW + from * MINUTE,
    closedAt: to && NOW + to * MINUTE,
  });
  it.each([
    [[], null, null],
    [[open(0, null)], null, null],
    [[open(0, 30)], 30, null],
    [[open(0, 30), open(100, null)], 30, null],
    [[open(0, 30), open(600, 605), open(300, 310)], 15, 300],
  ])('of %j', (incidents, mttrMinutes, mtbfMinutes) => {
    expect(meanTimes(incidents)).toEqual({ mttrMinutes, mtbfMinutes });
  });
});

describe('the public part of an incident', () => {
  const slo = { ...sloFor(['chat']), publicNames: new Set(['chat-success', 'chat-ttft', 'chat-average-cost']) };
  const shown = (more: Partial<Incident>) => publicIncident(anIncident(more), slo);

  it('is a sentence about the promise, without the operators’ title, note and actions', () => {
    expect(shown({ note: 'secret', actions: [{ at: NOW, text: 'Pinned b.' }], closedAt: NOW + MINUTE })).toEqual({
      ...{ id: 'i1', openedAt: NOW, closedAt: NOW + MINUTE, objective: 'chat-success', feature: 'chat' },
      ...{ publicNote: null, text: 'Some answers of chat did not arrive.' },
    });
    expect(shown({ objective: 'chat-ttft' })?.text).toBe('Answers of chat began later than promised.');
  });

  it('is a person’s words if there are any', () => {
    const words = 'A provider has trouble.';
    expect(shown({ publicNote: words })).toMatchObject({ publicNote: words, text: words });
    // Also of what is not public, which is not named.
    expect(shown({ objective: 'secret', feature: 'secret', publicNote: 'Slow.' })).toMatchObject({
      ...{ objective: null, feature: null, text: 'Slow.' },
    });
    // Policies name an incident after its objective.
    const hidden = shown({ id: 'secret-m1', objective: 'secret', feature: 'secret', publicNote: 'Slow.' });
    expect(JSON.stringify(hidden)).not.toContain('secret');
  });

  it('does not exist for a tenant’s incident, nor for a promise that is not public', () => {
    expect(shown({ tenant: 'acme', publicNote: 'Slow.' })).toBeUndefined();
    expect(shown({ objective: 'chat-latency' })).toBeUndefined();
    expect(shown({ objective: null })).toBeUndefined();
  });
});
