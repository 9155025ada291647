import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan } from '../plan.ts';
import { RESULTS } from '../subject/workshop.ts';
import { judge } from './aims.ts';
import type { Machine } from './machine.ts';
import type { Row } from './row.ts';

const PATH = join(RESULTS, 'latest.json');

/** Saves everything the table shows, round by round, and the plan of the run. */
export async function save(plan: Plan, machine: Machine, rows: readonly Row[]): Promise<string> {
  await mkdir(RESULTS, { recursive: true });
  const judged = rows.map((row) => ({ ...row, aim: judge(row) }));
  await writeFile(PATH, `${inRepositoryStyle({ machine, plan, rows: judged })}\n`);
  return PATH;
}

/** Formats the result as Biome does, so that it can be committed: lists of figures on one line, with five digits each. */
function inRepositoryStyle(result: unknown): string {
  const fiveDigits = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value);
  return JSON.stringify(result, fiveDigits, 2).replace(/\[\s+([^[\]{}]+?)\s+\]/g, (_, list: string) => {
    return `[${list.split(/,\s+/).join(', ')}]`;
  });
}
