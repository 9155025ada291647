import { readFileSync } from 'node:fs';

/** Linux counts CPU time for its readers in hundredths of a second, whatever the kernel's own tick. */
const TICK_MS = 10;

/** CPU time that a process has used so far, user and system, all threads; undefined where there is no /proc. */
export function cpuMs(processId: number): number | undefined {
  const stat = read(`/proc/${processId}/stat`);
  // The command's name may hold spaces; the numbered fields begin behind its closing bracket.
  const fields = stat?.slice(stat.lastIndexOf(') ') + 2).split(' ');
  return fields === undefined ? undefined : (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Resident memory in MiB; undefined where there is no /proc. */
export function residentMiB(processId: number): number | undefined {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${processId}/status`) ?? '');
  return line === null ? undefined : Number(line[1]) / 1024;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
