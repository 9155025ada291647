/** The entry of the page: reads `GET /slo` every 30 seconds while somebody looks. */
import type { StatusReport } from './report.ts';
import { pageIn } from './view.ts';
import { statusWords } from './words.ts';

const EVERY_MS = 30_000;
const PATIENCE_MS = 10_000;

const words = statusWords(navigator.languages);
document.documentElement.lang = words.language;

let report: StatusReport | null = null;
let isAway = false;
let lastLookAt = Number.NEGATIVE_INFINITY;
let timer: ReturnType<typeof setTimeout> | undefined;

const root = document.getElementById('app');
const page = root && pageIn(root, words, () => void look());
const show = (): void => page?.show({ report, isAway, now: Date.now() });

async function look(): Promise<void> {
  clearTimeout(timer);
  lastLookAt = performance.now();
  try {
    const response = await fetch('./slo', { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) throw new Error(`${response.status}`);
    report = (await response.json()) as StatusReport;
    isAway = false;
  } catch {
    isAway = true;
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
