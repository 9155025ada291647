/** `npm run alerts`: notices that were sent, are waiting or were lost; `-- test` proves that the webhooks work. */
import type { AlertView, HookView } from '../worker/core/alerts/alert.ts';
import { adminCall } from './admin-call.ts';
import { adminTarget } from './admin-target.ts';
import { alertLine, hookLine, type TestResult, testLine } from './alerts/lines.ts';
import { WATCH_COMMANDS, WATCH_USAGE } from './alerts/watch.ts';
import { readFlags } from './flags.ts';
import { runScript } from './run-script.ts';

const USAGE = `npm run alerts                            the webhooks, and the last alerts
npm run alerts -- [--severity incident|page|ticket|note] [--kind budget|slo|incident|drill|promotion] [--json]
                                          only the last alerts of this severity or kind
npm run alerts -- test [--tenant NAME]    calls every webhook once and prints what it answered
${WATCH_USAGE}

It calls the router on this machine (at PORT, or where it was last started), or another one with CARRYON_URL and ADMIN_KEY, as npm run keys does.`;

const NO_WEBHOOK = 'No webhook is configured: name one in carryon.config.ts, in alerts.webhooks (docs/alerts.md).';

await runScript({ usage: USAGE, commands: { test, ...WATCH_COMMANDS }, otherwise: list });

async function list(args: string[]): Promise<void> {
  const text = { type: 'string' } as const;
  const { severity, kind, json } = readFlags(args, { severity: text, kind: text, json: { type: 'boolean' } });
  const query = new URLSearchParams({ ...(severity && { severity }), ...(kind && { kind }) });
  const answer = await adminCall<{ webhooks: HookView[]; alerts: AlertView[] }>(
    adminTarget(process.env),
    'GET',
    `/admin/alerts?${query}`,
  );
  if (json) return console.log(JSON.stringify(answer, null, 2));
  const { webhooks, alerts } = answer;
  const lines = webhooks.length === 0 ? [NO_WEBHOOK] : webhooks.map((one) => hookLine(one, Date.now()));
  console.log([...lines, '', ...(alerts.length === 0 ? ['No alerts yet.'] : alerts.map(alertLine))].join('\n'));
}

async function test(args: string[]): Promise<void> {
  const { tenant } = readFlags(args, { tenant: { type: 'string' } });
  const query = tenant === undefined ? '' : `?${new URLSearchParams({ tenant })}`;
  const path = `/admin/alerts/test${query}`;
  const { results } = await adminCall<{ results: TestResult[] }>(adminTarget(process.env), 'POST', path);
  if (results.length === 0) throw new Error(NO_WEBHOOK);
  for (const result of results) console.log(testLine(result));
  if (results.some(({ ok }) => !ok)) process.exitCode = 1;
}
