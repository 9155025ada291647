/** Turns the router's log into lines for a terminal. The router logs events as JSON for a log index. Other lines pass unchanged. */

type Fields = Readonly<Record<string, unknown>>;

/** The line to print; undefined for an event that would only fill the terminal. */
export function eventLine(line: string): string | undefined {
  if (!line.startsWith('{"event":"')) return line;
  let event: Fields;
  try {
    event = JSON.parse(line) as Fields;
  } catch {
    return line;
  }
  const write = typeof event.event === 'string' && Object.hasOwn(LINES, event.event) ? LINES[event.event] : undefined;
  return write === undefined ? line : write(event);
}

const LINES: Readonly<Record<string, (event: Fields) => string | undefined>> = {
  request: (event) => {
    const { method, path, status, tookMs, deployment, attempts, mode, cache, costUsd, requestId } = event;
    // Prometheus scrapes every few seconds.
    if (path === '/metrics' && status === 200) return undefined;
    const parts = [
      `${method} ${path}`,
      status,
      seconds(tookMs),
      deployment && `by ${deployment}`,
      attempts !== '0' && attempts !== '1' && `${attempts} attempts`,
      typeof mode === 'string' && mode !== 'normal' && mode,
      (cache === 'hit' || cache === 'stale') && `cache ${cache}`,
      costUsd && `$${costUsd}`,
      requestId,
    ];
    return parts.filter(Boolean).join('  ');
  },
  request_failed_over: ({ failed, servedBy, mode, requestId }) =>
    `  failed over${inMode(mode)}: ${failed} → ${servedBy}  ${requestId}`,
  request_failed: ({ failed, code, mode, requestId }) =>
    `  failed${inMode(mode)}: ${[failed, code].filter(Boolean).join(' → ')}  ${requestId}`,
  answer_interrupted: ({ deployment, reason, requestId }) =>
    `  broke off after its content had begun: ${deployment} ${reason}  ${requestId}`,
  deployment_cooling: ({ deployment, cause, cooldownMs, advice, drill }) =>
    `  cooldown${ofDrill(drill)}: ${deployment} for ${seconds(cooldownMs)} (${cause})${advice ? `: ${advice}` : ''}`,
  key_set_unreadable: ({ setting, reason }) => `  sign-in: the key set of ${setting} ${reason}`,
  book_unreachable: ({ reason, requestId }) => `  the book of requests does not answer: ${reason}  ${requestId}`,
  telemetry_failing: ({ sink, reason, dropped }) => `  telemetry: ${sink} ${reason}${lost(dropped)}`,
  telemetry_back: ({ sink, dropped }) => `  telemetry: ${sink} works again${lost(dropped)}`,
  deployment_back: ({ deployment, outageMs, drill }) =>
    `  back${ofDrill(drill)}: ${deployment}, after ${seconds(outageMs)}`,
};

const lost = (dropped: unknown): string => (dropped === 0 ? '' : `; ${dropped} records were lost`);
/** Marks the cooldowns of drills. */
const ofDrill = (drill: unknown): string => (drill === true ? ' (drill)' : '');
const inMode = (mode: unknown): string => (typeof mode === 'string' ? ` (${mode})` : '');
const seconds = (ms: unknown): string => (typeof ms === 'number' ? `${(ms / 1000).toFixed(2)} s` : '');
