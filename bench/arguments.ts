import { parseArgs } from 'node:util';
import { MEASURES, type Measure } from './measure/everything.ts';
import { FULL, type Plan, QUICK } from './plan.ts';

const USAGE = `npm run bench                         Carryon against a bare pass-through Worker, some seven minutes
npm run bench -- --quick              fewer and shorter rounds, under a minute
npm run bench -- --only=NAME,NAME     some measures alone, and no result saved:
                                      ${MEASURES.join(', ')}
Aims that are missed are shown; only wrong answers fail. docs/benchmark.md says how to read it.`;

/** What the command line asks for; undefined where it asked for help. */
export function readArguments(): { plan: Plan; wanted: readonly Measure[] } | undefined {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean' }, only: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(USAGE);
    return undefined;
  }
  return { plan: values.quick ? QUICK : FULL, wanted: values.only?.split(',').map(named) ?? MEASURES };
}

function named(name: string): Measure {
  const measure = MEASURES.find((known) => known === name);
  if (measure === undefined) throw new Error(`--only=${name}: there are ${MEASURES.join(', ')}`);
  return measure;
}
