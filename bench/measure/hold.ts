import { setTimeout as sleep } from 'node:timers/promises';
import { type StreamsRun, streams } from '../load/streams.ts';
import type { Plan } from '../plan.ts';
import { residentMiB } from '../process/usage.ts';
import { comparedRows, OVER_BARE, type Row } from '../report/row.ts';
import { startSubject } from '../subject/start.ts';
import type { Subject } from '../subject/subject.ts';
import type { Workshop } from '../subject/workshop.ts';
import type { Upstream } from '../upstream/start.ts';
import { alternate, BOTH, WrongAnswers } from './alternate.ts';

interface HeldRun extends StreamsRun {
  beforeMiB: number | undefined;
  peakMiB: number | undefined;
  afterMiB: number | undefined;
}

const SAMPLED_EVERY_MS = 50;

/** Many streams at once: memory before, at the peak and after, and that every one of them is answered in full. */
export async function measureHold(workshop: Workshop, upstream: Upstream, plan: Plan['hold']): Promise<Row[]> {
  await upstream.script({ ...plan, firstContentDelayMs: plan.paceMs });
  const rounds = await alternate(BOTH, plan.rounds, async (name, seed) => {
    // A new process each time: one that was under load before keeps its memory, and hides what the streams need.
    const subject = await startSubject(workshop, name);
    return hold(subject, plan, seed).finally(subject.stop);
  });
  const named = (figure: string, label: string, unit: string) => ({
    id: `held.${figure}`,
    group: `${plan.streams} streams at once`,
    label,
    unit,
  });
  return comparedRows([OVER_BARE], rounds, [
    { ...named('mostOpen', 'open at once', ''), pick: (run) => run.mostOpen },
    { ...named('complete', 'complete', ''), pick: (run) => run.timings.length },
    { ...named('beforeMiB', 'memory before', 'MiB'), pick: (run) => run.beforeMiB },
    { ...named('peakMiB', 'memory at the peak', 'MiB'), pick: (run) => run.peakMiB },
    { ...named('afterMiB', 'memory after', 'MiB'), pick: (run) => run.afterMiB },
  ]);
}

async function hold(subject: Subject, plan: Plan['hold'], seed: number): Promise<HeldRun> {
  const beforeMiB = residentMiB(subject.processId);
  let peakMiB = beforeMiB;
  const sampler = setInterval(() => {
    const nowMiB = residentMiB(subject.processId);
    if (nowMiB !== undefined && peakMiB !== undefined) peakMiB = Math.max(peakMiB, nowMiB);
  }, SAMPLED_EVERY_MS);
  const streamsPerSecond = plan.streams / plan.rampSeconds;
  const run = await streams(subject, {
    streamsPerSecond,
    seconds: plan.rampSeconds,
    contentChunks: plan.contentChunks,
    seed,
  });
  await sleep(plan.restMs);
  clearInterval(sampler);
  if (run.mostOpen < plan.streams) {
    throw new WrongAnswers(`${subject.name}: only ${run.mostOpen} of ${plan.streams} streams were open at once`);
  }
  return { ...run, beforeMiB, peakMiB, afterMiB: residentMiB(subject.processId) };
}
