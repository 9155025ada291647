import { describe, expect, it } from 'vitest';
import { firingLines, silenceLines, silenceText } from '../../../cli/alerts/watch-lines.ts';
import { onlyOpenOne, pageLines } from '../../../cli/incidents/lines.ts';
import type { Notice } from '../../../worker/core/alerts/notice.ts';
import type { Incident } from '../../../worker/core/slo/incident.ts';
import { openedIncident } from '../../../worker/core/slo/incidents.ts';
import type { ShownAlert } from '../../../worker/core/slo/shown-alerts.ts';

const NOW = Date.UTC(2026, 10, 29, 12);
const MINUTE = 60_000;

describe('npm run incidents', () => {
  const incident = (more: Partial<Incident> = {}): Incident => ({
    ...openedIncident({ id: 'i1', title: 'Provider a is down.', openedBy: 'ana' }, NOW - 10 * MINUTE),
    ...more,
  });
  const lines = (incidents: Incident[], more: object = {}) =>
    pageLines({ incidents, next: null, mttrMinutes: null, mtbfMinutes: null, ...more }, NOW).join('\n');

  it('says of each whose it is, how long it takes, and who was told what', () => {
    expect(lines([incident()])).toBe(`Provider a is down.  (open for 10 min)
  i1
  opened 2026-11-29 11:50:00 UTC by ana
  no public note yet
`);
    const closed = incident({
      ...{ objective: 'chat-success', tenant: 'acme', closedAt: NOW - 7 * MINUTE, closedBy: 'policy:fast' },
      ...{ note: 'We ask b.', publicNote: 'It is well.', actions: [{ at: NOW - 9 * MINUTE, text: 'Pinned b.' }] },
    });
    expect(lines([closed], { next: 4, mttrMinutes: 3, mtbfMinutes: 2_880 })).toBe(
      `Provider a is down.  (closed after 3 min by policy:fast)
  i1
  opened 2026-11-29 11:50:00 UTC by ana, for chat-success, of acme
  note: We ask b.
  public: It is well.
  2026-11-29 11:51:00 UTC  Pinned b.

An incident is closed after 3 min on average; one begins every 2 d.
There are more: --before 4`,
    );
    expect(lines([])).toBe('No incident yet.');
  });

  it('without --id means the only one that is open, and lists them where there are more', () => {
    const closed = incident({ id: 'i2', closedAt: NOW });
    expect(onlyOpenOne([closed, incident()])).toBe('i1');
    expect(() => onlyOpenOne([closed])).toThrow('No incident is open.');
    expect(() => onlyOpenOne([incident(), incident({ id: 'i3', title: 'B is slow.' })])).toThrow(
      '2 incidents are open. Name one:\n  --id i1  Provider a is down.\n  --id i3  B is slow.',
    );
  });
});

describe('npm run alerts', () => {
  const alert: ShownAlert = {
    ...{ name: 'burn/chat-success/1h', group: 'burn/chat-success', type: 'slo.burning', severity: 'page' },
    ...{ objective: 'chat-success', feature: 'chat', tenant: null, since: NOW - 5 * MINUTE, firedAt: NOW - 5 * MINUTE },
    ...{ quietSince: null, burnRate: 20, text: 'Success of chat burns.', endText: 'It is over.', runbook: null },
    ...{ silencedUntil: null, acknowledgedBy: null, acknowledgedAt: null, acknowledgedNote: null },
  };

  it('-- firing says since when, and who has seen it', () => {
    expect(firingLines([], NOW)).toEqual(['No alert is firing.']);
    expect(firingLines([alert], NOW)).toEqual([
      'page  burn/chat-success/1h  Success of chat burns.',
      '  since 2026-11-29 11:55:00 UTC (5 min)',
    ]);
    const more = { silencedUntil: NOW + 5 * MINUTE, acknowledgedBy: 'ana', runbook: 'https://runbooks.example/a' };
    expect(firingLines([{ ...alert, ...more }], NOW).slice(2)).toEqual([
      '  ana has seen it',
      '  silenced until 2026-11-29 12:05:00 UTC (5 min left)',
      '  https://runbooks.example/a',
    ]);
    expect(firingLines([{ ...alert, ...more, acknowledgedNote: 'looking' }], NOW)[2]).toBe(
      '  ana has seen it: looking',
    );
  });

  it('-- silences says what was held back, and what is sent when it ends', () => {
    const silence = { objective: '*', until: NOW + MINUTE, reason: 'a deploy', who: 'ben' };
    const notice = { at: NOW, severity: 'page', text: 'Success of chat burns.' } as Notice;
    const held = [true, false].map((waits) => ({ notice, by: '*', waits }));
    expect(silenceLines({ silences: [silence], held }, NOW)).toEqual([
      'Everything is silenced until 2026-11-29 12:01:00 UTC (60 s left), by ben: a deploy',
      '  2026-11-29 12:00:00 UTC  page  Success of chat burns.  (held back by *, told when the silence ends)',
      '  2026-11-29 12:00:00 UTC  page  Success of chat burns.  (held back by *)',
    ]);
    expect(silenceLines({ silences: [], held: [] }, NOW)).toEqual(['No silence is in force.']);
    expect(silenceText({ ...silence, objective: 'chat-success' }, NOW)).toMatch(/^chat-success is silenced until/);
  });
});
