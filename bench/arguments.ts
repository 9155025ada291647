import { parseArgs } from 'node:util';
import { MEASURES, type Measure } from './measure/everything.ts';
import { FULL, type Plan, QUICK } from './plan.ts';
import { type StateIn, usualState } from './subject/workshop.ts';

const USAGE = `npm run bench                         Carryon against a bare pass-through Worker, some twelve minutes
npm run bench -- --quick              fewer and shorter rounds, under two minutes
npm run bench -- --only=NAME,NAME     some measures alone, and no result saved:
                                      ${MEASURES.join(', ')}
npm run bench -- --on-disk            what is stored goes to this machine's disk, not to its memory; no result saved
Aims that are missed are shown; only wrong answers fail. docs/benchmark.md says how to read it.`;

/** What the command line asks for. */
export interface Asked {
  plan: Plan;
  wanted: readonly Measure[];
  stateIn: StateIn;
  isSaved: boolean;
}

/** Undefined where it asked for help. */
export function readArguments(): Asked | undefined {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      only: { type: 'string' },
      'on-disk': { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return undefined;
  }
  const onDisk = values['on-disk'];
  return {
    plan: values.quick ? QUICK : FULL,
    wanted: values.only?.split(',').map(named) ?? MEASURES,
    stateIn: onDisk ? 'disk' : usualState(),
    isSaved: values.only === undefined && !onDisk,
  };
}

function named(name: string): Measure {
  const measure = MEASURES.find((known) => known === name);
  if (measure === undefined) throw new Error(`--only=${name}: there are ${MEASURES.join(', ')}`);
  return measure;
}
