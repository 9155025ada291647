import { readdirSync, readFileSync } from 'node:fs';

/** CPU time that a process has used so far, in all its threads; undefined if the system does not report it. Linux counts it in
 * nanoseconds for each thread (`schedstat`). The ticks of `/proc/PID/stat` are 10 ms each, too coarse for a short slot.
 * A thread that ends takes its count with it, but workerd keeps its threads. */
export function cpuMs(processId: number): number | undefined {
  let nanoseconds = 0;
  for (const thread of threadsOf(processId)) {
    const counted = read(`/proc/${processId}/task/${thread}/schedstat`)?.split(' ')[0];
    if (counted !== undefined) nanoseconds += Number(counted);
  }
  return nanoseconds === 0 ? undefined : nanoseconds / 1e6;
}

/** Resident memory in MiB; undefined if there is no /proc. */
export function residentMiB(processId: number): number | undefined {
  return kibibytes(read(`/proc/${processId}/status`), 'VmRSS');
}

/** Proportional set size in MiB. Pages that several processes share are divided among them, so the sizes of a tree's
 * processes add up to what the tree really holds. */
export function proportionalMiB(processId: number): number | undefined {
  return kibibytes(read(`/proc/${processId}/smaps_rollup`), 'Pss');
}

/** `processId` and every process below it. */
export function processTree(processId: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of entriesOf('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    // The command's name may contain spaces. The numbered fields begin after its closing bracket.
    const parent = Number(
      read(`/proc/${name}/stat`)
        ?.replace(/^.*\) \S /s, '')
        .split(' ')[0],
    );
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree = [processId];
  // The list grows while the loop runs over it, until it has all children of its processes.
  for (const parent of tree) tree.push(...(children.get(parent) ?? []));
  return tree;
}

const threadsOf = (processId: number): string[] => entriesOf(`/proc/${processId}/task`);

function kibibytes(text: string | undefined, field: string): number | undefined {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text ?? '');
  return line === null ? undefined : Number(line[1]) / 1024;
}

function entriesOf(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
