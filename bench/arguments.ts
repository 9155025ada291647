import { parseArgs } from 'node:util';
import { MEASURES, type Measure, type Wanted } from './measure/everything.ts';
import { FULL, type Plan, QUICK } from './plan.ts';
import { type StateIn, usualState } from './subject/workshop.ts';

const USAGE = `npm run bench                         Carryon against a bare pass-through Worker, some sixteen minutes
npm run bench -- --quick              fewer and shorter rounds, some three minutes
npm run bench -- --only=NAME,NAME     some measures alone, and no result saved:
                                      ${MEASURES.join(', ')}
npm run bench -- --only=costs --write      what was counted goes into docs/costs.md too
npm run bench -- --on-disk            what is stored goes to this machine's disk, not to its memory; no result saved
Aims that are missed are shown; only wrong answers fail. docs/benchmark.md says how to read it.`;

/** What the command line asks for. */
export interface Asked extends Wanted {
  plan: Plan;
  stateIn: StateIn;
  isSaved: boolean;
}

/** Undefined where it asked for help. */
export function readArguments(args?: string[]): Asked | undefined {
  const { values } = parseArgs({
    ...(args !== undefined && { args }),
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      write: { type: 'boolean', default: false },
      'on-disk': { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return undefined;
  }
  const { quick, only, write, 'on-disk': onDisk } = values;
  const named = only?.split(',').map(measureNamed);
  const measures = MEASURES.filter((measure) => named === undefined || named.includes(measure));
  if (write && (quick || !measures.includes('costs'))) {
    throw new Error(
      '--write puts the costs of a full run into docs/costs.md: it goes with --only=costs, not with --quick',
    );
  }
  return {
    plan: quick ? QUICK : FULL,
    measures,
    isWritten: write,
    stateIn: onDisk ? 'disk' : usualState(),
    isSaved: only === undefined && !onDisk,
  };
}

function measureNamed(name: string): Measure {
  const measure = MEASURES.find((known) => known === name);
  if (measure === undefined) throw new Error(`--only=${name}: there are ${MEASURES.join(', ')}`);
  return measure;
}
