import type { FunctionCost } from './cpu-profile.ts';
import type { Counted } from './load.ts';

export interface ProfiledRun extends Counted {
  costs: FunctionCost[];
}

/** V8's own rows: native work outside all functions, the garbage collector, and idle time. */
const NATIVE = ['(program)', '(garbage collector)', '(idle)'];

const SHOWN_FUNCTIONS = 40;

export function printProfiles(name: string, profiled: ProfiledRun, bare: ProfiledRun): void {
  console.log('\nMicroseconds per request, or per stream of 100 chunks\n');
  console.log(`${cell(name)}${cell('bare')}`);
  const line = (figure: (run: ProfiledRun) => string, label: string) =>
    console.log(`${figure(profiled)}${figure(bare)}  ${label}`);
  line((run) => micros(run.cpuMsPerRequest * 1000), 'CPU of the whole process, network included; sampling adds some');
  line(inFunctions, 'in functions, including native ones they call');
  for (const place of NATIVE) line((run) => perRequest(run, place), place);
  list('Most expensive by themselves', profiled, 'selfMicros');
  list('Most expensive with everything they call', profiled, 'totalMicros');
  files(profiled);
}

function list(title: string, { costs, requests }: ProfiledRun, by: 'selfMicros' | 'totalMicros'): void {
  console.log(`\n${title}\n${cell('self')}${cell('total')}`);
  const functions = costs.filter(({ place }) => !NATIVE.includes(place) && place !== '(root)');
  for (const cost of functions.sort((one, other) => other[by] - one[by]).slice(0, SHOWN_FUNCTIONS)) {
    console.log(`${micros(cost.selfMicros / requests)}${micros(cost.totalMicros / requests)}  ${cost.place}`);
  }
}

function files({ costs, requests }: ProfiledRun): void {
  const byFile = new Map<string, number>();
  for (const { place, selfMicros } of costs) {
    const file = /^(\S+):\d+ {2}/.exec(place)?.[1];
    if (file !== undefined) byFile.set(file, (byFile.get(file) ?? 0) + selfMicros);
  }
  console.log('\nBy file, self');
  for (const [file, selfMicros] of [...byFile].sort(([, one], [, other]) => other - one).slice(0, SHOWN_FUNCTIONS)) {
    console.log(`${micros(selfMicros / requests)}  ${file}`);
  }
}

function inFunctions(run: ProfiledRun): string {
  const functions = run.costs.filter(({ place }) => !NATIVE.includes(place));
  return micros(functions.reduce((sum, { selfMicros }) => sum + selfMicros, 0) / run.requests);
}

function perRequest({ costs, requests }: ProfiledRun, place: string): string {
  return micros((costs.find((cost) => cost.place === place)?.selfMicros ?? 0) / requests);
}

function micros(value: number): string {
  return cell(value.toFixed(2));
}

function cell(text: string): string {
  return text.padStart(10);
}
