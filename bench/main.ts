/** `npm run bench`: measures the built Worker against pass-through Workers, in short alternating slots, over a fast local upstream. */
import { loadavg } from 'node:os';
import { runScript } from '../cli/run-script.ts';
import { type Asked, readArguments, USAGE } from './arguments.ts';
import { measureEverything } from './measure/everything.ts';
import { describeMachine, loadLine } from './report/machine.ts';
import { documentTable, readmeTable } from './report/markdown.ts';
import type { Row } from './report/row.ts';
import { save } from './report/save.ts';
import { heading, Table } from './report/table.ts';
import { closeWorkshop, openWorkshop } from './subject/workshop.ts';
import { startUpstream } from './upstream/start.ts';

await runScript({ usage: USAGE, otherwise: (args) => bench(readArguments(args)) });

async function bench({ plan, stateIn, againstDirectory, isSaved, ...wanted }: Asked): Promise<void> {
  const upstream = await startUpstream();
  const workshop = await openWorkshop(upstream.port, { stateIn, againstDirectory });
  const machine = describeMachine(stateIn, workshop.against?.commit);
  console.log(`${heading(plan.mode, machine)}\n`);
  const table = new Table(workshop.against !== undefined);
  const rows: Row[] = [];
  try {
    for await (const measured of measureEverything(workshop, upstream, plan, wanted)) {
      console.log(table.text(measured));
      rows.push(...measured);
    }
    console.log(`\n${loadLine(machine.loadBefore, loadavg()[0] ?? 0)}`);
    if (isSaved) {
      console.log(`\n${documentTable(rows)}\n\n${readmeTable(rows)}\n\nSaved as ${await save(plan, machine, rows)}`);
    }
  } finally {
    closeWorkshop(workshop);
    upstream.stop();
  }
}
