import { setTimeout as sleep } from 'node:timers/promises';
import { type StreamsRun, streams } from '../load/streams.ts';
import type { MemoryLoad } from '../plan.ts';
import { residentMiB } from '../process/usage.ts';
import { overReference, type Row } from '../report/row.ts';
import { startSubject } from '../subject/start.ts';
import { type Subject, type SubjectName, withAgainst } from '../subject/subject.ts';
import type { Workshop } from '../subject/workshop.ts';
import type { Upstream } from '../upstream/start.ts';
import { alternate, WrongAnswers } from './alternate.ts';

interface HeldRun extends StreamsRun {
  beforeMiB: number | undefined;
  peakMiB: number | undefined;
  afterMiB: number | undefined;
}

const SAMPLED_EVERY_MS = 50;
const HELD: readonly SubjectName[] = ['carryon', 'resumable', 'bare'];

/** Measures memory before, during and after many streams at once. Every stream must be whole. */
export async function measureMemory(workshop: Workshop, upstream: Upstream, load: MemoryLoad): Promise<Row[]> {
  await upstream.script({ ...load, firstContentDelayMs: load.paceMs });
  const rounds = await alternate(withAgainst(HELD, workshop.against !== undefined), load.rounds, async (name, seed) => {
    // Each run has a new process. One that was under load before keeps that memory, which would hide what these streams need.
    const subject = await startSubject(workshop, name);
    return hold(subject, load, seed).finally(subject.stop);
  });
  const named = (figure: string, label: string, unit: string) => ({
    id: `memory.${load.id}.${figure}`,
    group: `Memory: ${load.title}`,
    label,
    unit,
  });
  return overReference(rounds, [
    { ...named('complete', 'open at once, all complete', ''), pick: (run) => run.timings.length },
    { ...named('beforeMiB', 'before', 'MiB'), pick: (run) => run.beforeMiB },
    { ...named('peakMiB', 'at the peak', 'MiB'), pick: (run) => run.peakMiB },
    { ...named('grownMiB', 'the peak over before', 'MiB'), pick: grownMiB },
    { ...named('afterMiB', 'after', 'MiB'), pick: (run) => run.afterMiB },
  ]);
}

const grownMiB = ({ peakMiB, beforeMiB }: HeldRun): number | undefined =>
  peakMiB === undefined || beforeMiB === undefined ? undefined : peakMiB - beforeMiB;

async function hold(subject: Subject, load: MemoryLoad, seed: number): Promise<HeldRun> {
  const beforeMiB = residentMiB(subject.processId);
  let peakMiB = beforeMiB;
  const sampler = setInterval(() => {
    const nowMiB = residentMiB(subject.processId);
    if (nowMiB !== undefined && peakMiB !== undefined) peakMiB = Math.max(peakMiB, nowMiB);
  }, SAMPLED_EVERY_MS);
  const run = await streams(subject, {
    streamsPerSecond: load.streams / load.rampSeconds,
    seconds: load.rampSeconds,
    contentChunks: load.contentChunks,
    seed,
  });
  await sleep(load.restMs);
  clearInterval(sampler);
  if (run.failures.count === 0 && run.mostOpen < load.streams) {
    throw new WrongAnswers(`${subject.name}: only ${run.mostOpen} of ${load.streams} streams were open at once`);
  }
  return { ...run, beforeMiB, peakMiB, afterMiB: residentMiB(subject.processId) };
}
