/** The entry of the page: reads `GET /slo` every 30 seconds while it is visible. */
import type { Away, StatusReport } from './report.ts';
import { pageIn } from './view.ts';
import { statusWords } from './words.ts';

const EVERY_MS = 30_000;
const PATIENCE_MS = 10_000;

const words = statusWords(navigator.languages);
document.documentElement.lang = words.language;

let report: StatusReport | null = null;
let away: Away | null = null;
let lastLookAt = Number.NEGATIVE_INFINITY;
let timer: ReturnType<typeof setTimeout> | undefined;

const root = document.getElementById('app');
const page = root && pageIn(root, words, () => void look());
const show = (): void => page?.show({ report, away, now: Date.now() });

async function look(): Promise<void> {
  clearTimeout(timer);
  lastLookAt = performance.now();
  try {
    const response = await fetch('./slo', { signal: AbortSignal.timeout(PATIENCE_MS) });
    away = response.ok ? null : 'figures';
    if (response.ok) report = (await response.json()) as StatusReport;
  } catch {
    away = 'service';
  }
  show();
  clearTimeout(timer);
  timer = setTimeout(lookIfSeen, EVERY_MS);
}

function lookIfSeen(): void {
  if (document.visibilityState === 'visible') void look();
}

document.addEventListener('visibilitychange', () => {
  if (performance.now() - lastLookAt >= EVERY_MS) lookIfSeen();
});
show();
void look();
