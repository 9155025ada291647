/** `npm run bench`: the built Worker against a bare pass-through Worker, in turns, over a fast local upstream. */
import { exitWithError } from '../cli/shutdown.ts';
import { readArguments } from './arguments.ts';
import { MEASURES, type Measure, measureEverything } from './measure/everything.ts';
import type { Plan } from './plan.ts';
import { describeMachine } from './report/machine.ts';
import type { Row } from './report/row.ts';
import { save } from './report/save.ts';
import { heading, table } from './report/table.ts';
import { closeWorkshop, openWorkshop } from './subject/workshop.ts';
import { startUpstream } from './upstream/start.ts';

try {
  const asked = readArguments();
  if (asked !== undefined) await bench(asked.plan, asked.wanted);
} catch (error) {
  exitWithError(error);
}

async function bench(plan: Plan, wanted: readonly Measure[]): Promise<void> {
  const machine = describeMachine();
  console.log(`${heading(plan.mode, machine)}\n`);
  const upstream = await startUpstream();
  const workshop = await openWorkshop(upstream.port);
  const rows: Row[] = [];
  try {
    for await (const measured of measureEverything(workshop, upstream, plan, wanted)) {
      console.log(table(measured, rows.length === 0));
      rows.push(...measured);
    }
    if (wanted.length === MEASURES.length) console.log(`\nSaved as ${await save(plan, machine, rows)}`);
  } finally {
    closeWorkshop(workshop);
    upstream.stop();
  }
}
