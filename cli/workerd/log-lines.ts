/** What workerd notes for its makers about alarms that ring late; they ring all the same. */
const ALARM_NOTES = /^NOSENTRY (?:SQLite alarm overdue|DEBUG_ALARM: )/;

/** workerd's own lines, made readable; a Worker's `console.log` passes as it is. `undefined` for what helps nobody. */
export function readableLine(line: string): string | undefined {
  // Addresses inside workerd's binary, with this machine's paths.
  if (line.startsWith('stack: ')) return undefined;
  const [, level, message] = /^(?:\S+\/)?\S+\.(?:c\+\+|h|rs):\d+: (error|warning|info): (.*)$/.exec(line) ?? [];
  if (level === undefined || message === undefined) return line;
  if (ALARM_NOTES.test(message)) return undefined;
  return `workerd ${level}: ${message.replace(/\S+\.(?:c\+\+|h|rs):\d+: failed: (?:remote\.)?(?:jsg\.)?/g, '')}`;
}
