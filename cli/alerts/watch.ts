/** The commands of `npm run alerts` that are about firing alerts. */
import type { ShownAlert, ShownSilences } from '../../worker/core/slo/shown-alerts.ts';
import type { Silence } from '../../worker/core/slo/silences.ts';
import { adminCall } from '../admin-call.ts';
import { adminTarget } from '../admin-target.ts';
import { readFlags, requiredFlag } from '../flags.ts';
import { endFrom } from '../route/flags.ts';
import { firingLines, silenceLines, silenceText } from './watch-lines.ts';

/** The part of the usage that is about these commands. */
export const WATCH_USAGE = `npm run alerts -- firing [--json]         what fires now, since when, and who has seen it
npm run alerts -- ack --alert NAME [--note TEXT]
    acknowledges an alert that fires
npm run alerts -- silence --objective NAME END --reason TEXT
    sends no notices about the promise (or an alert that fires; '*' is everything) until END: --for 2h or --until 2026-11-29T10:00Z
npm run alerts -- silences [--json]       the silences in force, and what they hold back
npm run alerts -- unsilence --objective NAME`;

const text = { type: 'string' } as const;
const json = { type: 'boolean' } as const;

/** The commands by name. Each takes the arguments after its name. */
export const WATCH_COMMANDS = { firing, ack, silence, silences, unsilence } as const;

async function firing(args: readonly string[]): Promise<void> {
  const flags = readFlags(args, { json });
  const answer = await call<{ firing: ShownAlert[] }>('GET', '/admin/firing');
  console.log(flags.json ? JSON.stringify(answer, null, 2) : firingLines(answer.firing, Date.now()).join('\n'));
}

async function ack(args: readonly string[]): Promise<void> {
  const { alert, note } = readFlags(args, { alert: text, note: text });
  const body = { alert: requiredFlag('alert', alert), ...(note !== undefined && { note }) };
  const seen = await call<ShownAlert>('PUT', '/admin/acknowledgements', body);
  console.log(firingLines([seen], Date.now()).join('\n'));
}

async function silence(args: readonly string[]): Promise<void> {
  const flags = readFlags(args, { objective: text, for: text, until: text, reason: text });
  const body = {
    objective: requiredFlag('objective', flags.objective),
    ...endFrom(flags, Date.now()),
    reason: requiredFlag('reason', flags.reason),
  };
  console.log(`${silenceText(await call<Silence>('PUT', '/admin/silences', body), Date.now())}.`);
}

async function silences(args: readonly string[]): Promise<void> {
  const flags = readFlags(args, { json });
  const answer = await call<ShownSilences>('GET', '/admin/silences');
  console.log(flags.json ? JSON.stringify(answer, null, 2) : silenceLines(answer, Date.now()).join('\n'));
}

async function unsilence(args: readonly string[]): Promise<void> {
  const objective = requiredFlag('objective', readFlags(args, { objective: text }).objective);
  const path = `/admin/silences?${new URLSearchParams({ objective })}`;
  const { cleared } = await call<{ cleared: boolean }>('DELETE', path);
  console.log(
    cleared
      ? `The silence of ${objective} is over. Notices that it held back are sent now if they still apply.`
      : `There was no silence of ${objective}.`,
  );
}

function call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  return adminCall<Answer>(adminTarget(process.env), method, path, body);
}
