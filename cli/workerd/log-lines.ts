/** workerd's notes to its own developers about late alarms. The alarms still ring. */
const ALARM_NOTES = /^NOSENTRY (?:SQLite alarm overdue|DEBUG_ALARM: )/;

/** Makes workerd's own lines readable. A Worker's `console.log` passes unchanged. Returns undefined for lines that help nobody. */
export function readableLine(line: string): string | undefined {
  // These lines have only addresses inside workerd's binary and this machine's paths.
  if (line.startsWith('stack: ')) return undefined;
  const [, level, message] = /^(?:\S+\/)?\S+\.(?:c\+\+|h|rs):\d+: (error|warning|info): (.*)$/.exec(line) ?? [];
  if (level === undefined || message === undefined) return line;
  if (ALARM_NOTES.test(message)) return undefined;
  return `workerd ${level}: ${message.replace(/\S+\.(?:c\+\+|h|rs):\d+: failed: (?:remote\.)?(?:jsg\.)?/g, '')}`;
}
