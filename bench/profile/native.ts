import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startSubject } from '../subject/start.ts';
import { KINDS, type SubjectName } from '../subject/subject.ts';
import type { Workshop } from '../subject/workshop.ts';
import { type ProfiledLoad, runLoad, warmUp } from './load.ts';

const run = promisify(execFile);
const SAMPLES_PER_SECOND = 997;
const SHOWN_ROWS = 40;
const SYMBOL_WIDTH = 110;
const REPORT_BYTES = 64 * 2 ** 20;

type MicrosBySymbol = Map<string, number>;

/** Runs Linux `perf` on the whole process. It shows the runtime's native work, which V8's profile only calls "(program)". Compiled
 * JavaScript has no names here, so its addresses are summed up as one. */
export async function profileNative(workshop: Workshop, name: SubjectName, load: ProfiledLoad): Promise<void> {
  const profiled = await profileOne(workshop, name, load);
  const bare = await profileOne(workshop, 'bare', load);
  print(
    `Microseconds per ${load.streamed ? 'stream' : 'request'}, by part of the runtime`,
    KINDS[name].title,
    grouped(profiled),
    grouped(bare),
  );
  print('The same, by function', KINDS[name].title, profiled, bare);
}

function print(title: string, name: string, profiled: MicrosBySymbol, bare: MicrosBySymbol): void {
  const symbols = new Set([...profiled.keys(), ...bare.keys()]);
  const rows = [...symbols].map((symbol) => ({
    symbol,
    ours: profiled.get(symbol) ?? 0,
    theirs: bare.get(symbol) ?? 0,
  }));
  rows.sort((one, other) => other.ours - other.theirs - (one.ours - one.theirs));
  console.log(`\n${title}\n${['added', name, 'bare'].map((column) => column.padStart(10)).join('')}`);
  for (const { symbol, ours, theirs } of rows.slice(0, SHOWN_ROWS)) {
    const figures = [ours - theirs, ours, theirs].map((micros) => micros.toFixed(2).padStart(10)).join('');
    console.log(`${figures}  ${symbol.slice(0, SYMBOL_WIDTH)}`);
  }
}

/** Sums by namespace (`workerd::api::Headers`, `kj::_`, `v8::internal`, …), without template arguments and the function's name. */
function grouped(micros: MicrosBySymbol): MicrosBySymbol {
  const groups: MicrosBySymbol = new Map();
  for (const [symbol, value] of micros) {
    const group = symbol.startsWith('kernel: ') ? 'kernel' : groupOf(symbol);
    groups.set(group, (groups.get(group) ?? 0) + value);
  }
  return groups;
}

function groupOf(symbol: string): string {
  if (symbol.startsWith('(')) return symbol;
  const crate = /^<+(?:dyn )?(\w+)/.exec(symbol)?.[1];
  if (crate !== undefined) return `${crate} (Rust)`;
  let plain = symbol;
  for (let before = ''; before !== plain; ) {
    before = plain;
    plain = plain.replace(/<[^<>]*>|\([^()]*\)(?=::)/g, '');
  }
  const scopes = plain.split('(')[0]?.split('::') ?? [];
  return scopes.length > 1 ? scopes.slice(0, Math.min(3, scopes.length - 1)).join('::') : '(without a namespace)';
}

async function profileOne(workshop: Workshop, name: SubjectName, load: ProfiledLoad): Promise<MicrosBySymbol> {
  const subject = await startSubject(workshop, name);
  try {
    await warmUp(subject, load);
    const path = join(workshop.directory, `${name}.perf`);
    const target = ['-p', String(subject.processId), '-o', path];
    const recorded = run('perf', [
      'record',
      '-F',
      String(SAMPLES_PER_SECOND),
      ...target,
      '--',
      'sleep',
      String(load.seconds),
    ]);
    const [{ cpuMsPerRequest, requests }] = await Promise.all([runLoad(subject, load), recorded]);
    console.log(`${name}: ${requests} counted, ${(cpuMsPerRequest * 1000).toFixed(1)} µs of CPU each`);
    const fields = ['--fields', 'overhead,symbol', '--field-separator', '\t', '--call-graph', 'none'];
    const report = await run('perf', ['report', '--stdio', '-i', path, ...fields], { maxBuffer: REPORT_BYTES });
    return microsBySymbol(report.stdout, cpuMsPerRequest * 1000);
  } finally {
    await subject.stop();
  }
}

function microsBySymbol(report: string, cpuMicrosPerRequest: number): MicrosBySymbol {
  const micros: MicrosBySymbol = new Map();
  for (const line of report.split('\n')) {
    const [, percent, where, name] = /^\s*([\d.]+)%\s*\t\[(.)\] (.+)$/.exec(line) ?? [];
    if (percent === undefined || name === undefined) continue;
    const symbol = name.startsWith('0x') ? '(compiled JavaScript)' : `${where === 'k' ? 'kernel: ' : ''}${name.trim()}`;
    micros.set(symbol, (micros.get(symbol) ?? 0) + (Number(percent) / 100) * cpuMicrosPerRequest);
  }
  return micros;
}
