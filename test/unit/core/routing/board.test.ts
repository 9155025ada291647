import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergePublished, type PublishedCooldown, publishedChange } from '../../../../worker/core/routing/board.ts';
import { HEALTHY, type Health, healthState, type Open, observe } from '../../../../worker/core/routing/health.ts';
import { anOutcome, aPolicy, START } from './arbitraries.ts';
import { publishedCooldown } from './published-cooldown.ts';

const POLICY = { allowedFails: 3, cooldownMs: 10_000 };

const published = (more: Partial<PublishedCooldown> = {}) => publishedCooldown(START, more);

const aPublished = fc
  .record({
    restMs: fc.integer({ min: -60_000, max: 60_000 }),
    asked: fc.boolean(),
    ageMs: fc.integer({ min: 0, max: 90_000 }),
    cleared: fc.boolean(),
  })
  .map(({ restMs, asked, ageMs, cleared }) => {
    const until = cleared ? 0 : START + restMs;
    return published({ until, askedUntil: asked ? until : 0, at: START - ageMs });
  });

const aHealth: fc.Arbitrary<Health> = fc
  .tuple(fc.array(anOutcome(START), { maxLength: 12 }), aPolicy)
  .map(([outcomes, policy]) => {
    const ownMatter = outcomes.filter(({ result }) => result !== 'region');
    return ownMatter.reduce<Health>((health, outcome) => observe(health, outcome, START, policy), HEALTHY);
  });

const cooled = (more: Partial<Open> = {}): Open => ({
  state: 'open',
  until: START + 5_000,
  askedUntil: 0,
  since: START,
  openedAt: START,
  cooldownMs: 5_000,
  cause: 'server_error',
  failures: 4,
  isolateOnly: false,
  probeUntil: 0,
  ...more,
});

describe('a published entry, merged', () => {
  it('twice is as good as once', () => {
    fc.assert(
      fc.property(aHealth, aPublished, (own, entry) => {
        const once = mergePublished(own, entry);
        expect(mergePublished(once, entry)).toEqual(once);
      }),
    );
  });

  it('is data that survives JSON and that the health core goes on with', () => {
    fc.assert(
      fc.property(aHealth, aPublished, anOutcome(START), (own, entry, outcome) => {
        const merged = mergePublished(own, JSON.parse(JSON.stringify(entry)));
        expect(JSON.parse(JSON.stringify(merged))).toEqual(merged);
        const after = observe(merged, outcome, START, POLICY);
        expect(JSON.parse(JSON.stringify(after))).toEqual(after);
      }),
    );
  });

  it('never shortens what this isolate knows, unless it clears', () => {
    fc.assert(
      fc.property(aHealth, aPublished, (own, entry) => {
        const merged = mergePublished(own, entry);
        if (entry.until === 0 || own.state === 'closed') return;
        expect(merged.state).toBe('open');
        if (merged.state !== 'open') return;
        expect(merged.until).toBe(Math.max(own.until, entry.until));
        expect(merged.askedUntil).toBe(Math.max(own.askedUntil, entry.askedUntil));
      }),
    );
  });

  it('begins a cooldown of what is up here, with the time that the provider asked for', () => {
    const merged = mergePublished(HEALTHY, published({ askedUntil: START + 10_000 }));
    expect(healthState(merged, START + 9_999)).toBe('cooling');
    expect(healthState(merged, START + 10_000)).toBe('half-open');
    expect(merged).toMatchObject({ askedUntil: START + 10_000, openedAt: START, failures: 4 });
  });

  it('clears what was in cooldown before it was decided, and leaves what is newer or this isolate’s own', () => {
    const cleared = published({ until: 0, at: START + 1_000 });
    expect(mergePublished(cooled(), cleared)).toEqual(HEALTHY);
    const newer = cooled({ openedAt: START + 2_000 });
    expect(mergePublished(newer, cleared)).toBe(newer);
    const regional = cooled({ isolateOnly: true });
    expect(mergePublished(regional, cleared)).toBe(regional);
    expect(mergePublished(HEALTHY, cleared)).toBe(HEALTHY);
  });
});

describe('what is published', () => {
  const asked = cooled({ askedUntil: START + 5_000 });

  it('is the beginning of a cooldown, and its end', () => {
    expect(publishedChange(HEALTHY, asked, 7, START + 1)).toEqual(
      published({ until: START + 5_000, askedUntil: START + 5_000, version: 7, at: START + 1 }),
    );
    expect(publishedChange(asked, HEALTHY, 8, START + 2)).toMatchObject({
      until: 0,
      askedUntil: 0,
      version: 8,
      at: START + 2,
    });
  });

  it('is nothing in between', () => {
    expect(publishedChange(asked, cooled({ until: START + 60_000 }), 9, START)).toBeUndefined();
    expect(publishedChange(HEALTHY, HEALTHY, 9, START)).toBeUndefined();
  });

  it('says to others what it says here', () => {
    fc.assert(
      fc.property(aHealth, (health) => {
        const change = publishedChange(HEALTHY, health, 1, START);
        if (change === undefined) return;
        const elsewhere = mergePublished(HEALTHY, change);
        for (const inMs of [0, 1_000, 30_000, 200_000, 90_000_000]) {
          expect(healthState(elsewhere, START + inMs)).toBe(healthState(health, START + inMs));
        }
      }),
    );
  });
});
