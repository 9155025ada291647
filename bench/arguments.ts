import { readFlags, UsageError } from '../cli/flags.ts';
import { MEASURES, type Measure, type Wanted } from './measure/everything.ts';
import { FULL, type Plan, QUICK } from './plan.ts';
import { type StateIn, usualState } from './subject/workshop.ts';

export const USAGE = `npm run bench                          Carryon against pass-through Workers, about twelve minutes
npm run bench -- --quick               fewer and shorter rounds, about two minutes
npm run bench -- --only=NAME,NAME      only these measures, without saving the result:
                                       ${MEASURES.slice(0, 6).join(', ')},
                                       ${MEASURES.slice(6).join(', ')}
npm run bench -- --against=DIR         the Worker of another checkout in the same rounds, without saving the result
npm run bench -- --only=costs --write  writes the counts to docs/costs.md
npm run bench -- --on-disk             keeps the Workers' state on disk instead of in memory, without saving the result
A missed aim is shown and fails nothing; only wrong answers fail. docs/benchmark.md says how to read the table.`;

/** What the command line asks for. */
export interface Asked extends Wanted {
  plan: Plan;
  stateIn: StateIn;
  /** Another checkout to measure against. */
  againstDirectory: string | undefined;
  isSaved: boolean;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const FLAGS = { quick: flag, only: text, against: text, write: flag, 'on-disk': flag } as const;

export function readArguments(args: readonly string[]): Asked {
  const { quick, only, write, against, 'on-disk': onDisk } = readFlags(args, FLAGS);
  const named = only?.split(',').map(measureNamed);
  const measures = MEASURES.filter((measure) => named === undefined || named.includes(measure));
  if (write && (quick || !measures.includes('costs'))) {
    throw new UsageError(
      '--write writes the costs of a full run to docs/costs.md: use it with --only=costs, not with --quick',
    );
  }
  return {
    plan: quick ? QUICK : FULL,
    measures,
    isWritten: write,
    stateIn: onDisk ? 'disk' : usualState(),
    againstDirectory: against,
    isSaved: only === undefined && against === undefined && !onDisk,
  };
}

function measureNamed(name: string): Measure {
  const measure = MEASURES.find((known) => known === name);
  if (measure === undefined) throw new UsageError(`--only=${name}: write one of ${MEASURES.join(', ')}`);
  return measure;
}
