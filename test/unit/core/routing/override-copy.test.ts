import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clearOverride, setOverride, withoutEnded } from '../../../../worker/core/routing/override-changes.ts';
import {
  EMPTY_COPY,
  type OverrideCopy,
  takeConfirmed,
  takePublished,
} from '../../../../worker/core/routing/override-copy.ts';
import { NO_OVERRIDES, type Overrides } from '../../../../worker/core/routing/overrides.ts';
import { START } from './arbitraries.ts';

const ISOLATES = 3;
const isolate = fc.nat({ max: ISOLATES - 1 });
const name = fc.constantFrom('app/chat', 'app/fast', '*');
const kind = fc.constantFrom('pins', 'bypass');

const aStep = fc.oneof(
  /** `heard`: whether the reply reached the isolate that the operator called. */
  fc.record({
    do: fc.constant('set'),
    isolate,
    kind,
    name,
    forMs: fc.integer({ min: 1, max: 60 }),
    heard: fc.boolean(),
  }),
  fc.record({ do: fc.constant('clear'), isolate, kind, name, heard: fc.boolean() }),
  fc.record({ do: fc.constant('publish') }),
  /** A copy of KV of any age; `reached`: whether `HealthBoard` answers if it is asked. */
  fc.record({ do: fc.constant('read'), isolate, age: fc.nat({ max: 12 }), reached: fc.boolean() }),
  fc.record({ do: fc.constant('restart one'), isolate }),
  fc.record({ do: fc.constant('kill all') }),
  fc.record({ do: fc.constant('wait'), ms: fc.integer({ min: 1, max: 40 }) }),
);
type Step = typeof aStep extends fc.Arbitrary<infer Value> ? Value : never;

class World {
  now = START;
  /** Rows of `HealthBoard`. */
  board: Overrides = NO_OVERRIDES;
  /** Every document that was ever in KV; the first is of a build without overrides. */
  readonly documents: (Overrides | undefined)[] = [undefined];
  readonly byVersion = new Map<number, Overrides>([[0, NO_OVERRIDES]]);
  copies: OverrideCopy[] = Array.from({ length: ISOLATES }, () => EMPTY_COPY);
  /** The version at `HealthBoard` when the isolate began. */
  bornAt: number[] = Array.from({ length: ISOLATES }, () => 0);
  /** Isolates that had to believe KV, because `HealthBoard` did not answer. */
  readonly believers = new Set<number>();

  take(step: Step): void {
    switch (step.do) {
      case 'set': {
        const said = { until: this.now + step.forMs, reason: null, who: 'ann' };
        const { kind, name } = step;
        const entry = { ...said, deployment: 'a' };
        this.change(
          setOverride(this.board, kind === 'pins' ? [kind, name, entry] : [kind, name, said], this.now),
          step,
        );
        break;
      }
      case 'clear':
        this.change(clearOverride(this.board, step.kind, step.name, this.now), step);
        break;
      case 'publish':
        this.documents.push(this.board);
        break;
      case 'read':
        this.read(step.isolate, step.age, step.reached);
        break;
      case 'restart one':
        this.restart(step.isolate);
        break;
      case 'kill all':
        for (const index of this.copies.keys()) this.restart(index);
        break;
      case 'wait':
        this.now += step.ms;
    }
  }

  change({ overrides }: { overrides: Overrides }, { isolate, heard }: { isolate: number; heard: boolean }): void {
    this.board = overrides;
    if (!this.byVersion.has(overrides.version)) this.byVersion.set(overrides.version, overrides);
    if (heard) this.keep(isolate, takeConfirmed(this.copy(isolate), overrides, this.now));
  }

  read(index: number, age: number, reached: boolean): void {
    const published = this.documents[Math.max(0, this.documents.length - 1 - age)];
    const { copy, mustAsk } = takePublished(this.copy(index), published, this.now);
    if (mustAsk && !reached) this.believers.add(index);
    this.keep(index, mustAsk && reached ? takeConfirmed(this.copy(index), this.board, this.now) : copy);
  }

  restart(index: number): void {
    this.copies[index] = EMPTY_COPY;
    this.bornAt[index] = this.board.version;
    this.believers.delete(index);
  }

  keep(index: number, copy: OverrideCopy): void {
    expect(copy.version).toBeGreaterThanOrEqual(this.copy(index).version);
    this.copies[index] = copy;
  }

  copy(index: number): OverrideCopy {
    return this.copies[index] ?? EMPTY_COPY;
  }

  /** What requests of that isolate see. */
  seen(index: number): Overrides {
    return withoutEnded(this.copy(index).overrides, this.now);
  }

  check(): void {
    for (const [index, { version, overrides }] of this.copies.entries()) {
      const { pins, bypass } = withoutEnded(this.byVersion.get(version) ?? NO_OVERRIDES, this.now);
      expect(this.seen(index)).toMatchObject({ pins, bypass });
      const isAny = overrides !== NO_OVERRIDES;
      // What was cleared before the isolate began is not in force in it, whatever KV still holds.
      if (isAny && !this.believers.has(index)) expect(version).toBeGreaterThanOrEqual(this.bornAt[index] ?? 0);
    }
  }
}

describe('an isolate’s copy', () => {
  it('is as HealthBoard had it at that version, never goes back, and ends at the highest, whatever comes in whatever order', () => {
    fc.assert(
      fc.property(fc.array(aStep, { maxLength: 60 }), (steps) => {
        const world = new World();
        for (const step of steps) {
          world.take(step);
          world.check();
        }
        world.take({ do: 'publish' });
        for (const index of world.copies.keys()) {
          world.take({ do: 'read', isolate: index, age: 0, reached: true });
          world.take({ do: 'read', isolate: index, age: 5, reached: true });
          const { version, pins, bypass } = withoutEnded(world.board, world.now);
          expect(world.seen(index)).toMatchObject({ pins, bypass });
          if (world.copy(index).overrides !== NO_OVERRIDES) expect(world.copy(index).version).toBe(version);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('is NO_OVERRIDES itself once all have ended or were cleared, and an older document brings nothing back', () => {
    const pin = { until: START + 10, reason: null, who: 'ann', deployment: 'a' };
    const set = setOverride(NO_OVERRIDES, ['pins', 'app/chat', pin], START).overrides;
    const cleared = clearOverride(set, 'pins', 'app/chat', START).overrides;
    const copy = takeConfirmed(takeConfirmed(EMPTY_COPY, set, START), cleared, START);
    expect(copy.overrides).toBe(NO_OVERRIDES);
    expect(takePublished(copy, set, START).copy.overrides).toBe(NO_OVERRIDES);
    const held = takeConfirmed(EMPTY_COPY, set, START);
    expect(held.overrides).not.toBe(NO_OVERRIDES);
    expect(takePublished(held, set, START + 10).copy.overrides).toBe(NO_OVERRIDES);
  });

  it('asks HealthBoard for the first document that shows any in force, until it answers, and never where none is', () => {
    const pin = { until: START + 10, reason: null, who: 'ann', deployment: 'a' };
    const set = setOverride(NO_OVERRIDES, ['pins', 'app/chat', pin], START).overrides;
    expect(takePublished(EMPTY_COPY, undefined, START)).toEqual({ copy: EMPTY_COPY, mustAsk: false });
    expect(takePublished(EMPTY_COPY, set, START + 10).mustAsk).toBe(false);
    const { copy, mustAsk } = takePublished(EMPTY_COPY, set, START);
    expect(mustAsk).toBe(true);
    expect(takePublished(copy, set, START).mustAsk).toBe(true);
    expect(takePublished(takeConfirmed(copy, set, START), set, START).mustAsk).toBe(false);
  });
});
