/** `npm run bench`: the built Worker against a bare pass-through Worker, in turns, over a fast local upstream. */
import { exitWithError } from '../cli/shutdown.ts';
import { type Asked, readArguments } from './arguments.ts';
import { measureEverything } from './measure/everything.ts';
import { describeMachine } from './report/machine.ts';
import { readmeTable } from './report/readme.ts';
import type { Row } from './report/row.ts';
import { save } from './report/save.ts';
import { heading, Table } from './report/table.ts';
import { closeWorkshop, openWorkshop } from './subject/workshop.ts';
import { startUpstream } from './upstream/start.ts';

try {
  const asked = readArguments();
  if (asked !== undefined) await bench(asked);
} catch (error) {
  exitWithError(error);
}

async function bench({ plan, stateIn, isSaved, ...wanted }: Asked): Promise<void> {
  const machine = describeMachine(stateIn);
  console.log(`${heading(plan.mode, machine)}\n`);
  const upstream = await startUpstream();
  const workshop = await openWorkshop(upstream.port, stateIn);
  const table = new Table();
  const rows: Row[] = [];
  try {
    for await (const measured of measureEverything(workshop, upstream, plan, wanted)) {
      console.log(table.text(measured));
      rows.push(...measured);
    }
    if (isSaved) console.log(`\n${readmeTable(rows)}\n\nSaved as ${await save(plan, machine, rows)}`);
  } finally {
    closeWorkshop(workshop);
    upstream.stop();
  }
}
