/** `npm run why`: explains what became of one request, or lists the latest requests, from the router that `npm run keys` calls. */
import { timeOfUuidV7 } from '../protocol/uuid-v7.ts';
import { adminCall } from './admin-call.ts';
import { adminTarget } from './admin-target.ts';
import { readFlags, UsageError } from './flags.ts';
import { runScript } from './run-script.ts';
import { type ShownRequest, whyLines } from './why/lines.ts';
import { type RequestsAnswer, requestLines } from './why/list-lines.ts';

const USAGE = `npm run why -- ID [--json]   what became of one request of the last 7 days, and why; ID is its x-request-id
npm run why -- list [--code CODE] [--feature NAME] [--tenant NAME [--user ID]] [--most 50] [--before PAGE] [--json]   the latest requests

It calls the router on this machine (at PORT, or where it was last started), or another one with CARRYON_URL and ADMIN_KEY, as npm run keys does.`;

const text = { type: 'string' } as const;
const FLAGS = { code: text, feature: text, tenant: text, user: text, most: text, before: text } as const;

await runScript({ usage: USAGE, commands: { list }, otherwise: one, takesWord: true });

async function one(args: string[]): Promise<void> {
  const hasId = args[0] !== undefined && !args[0].startsWith('-');
  const id = hasId ? args[0] : undefined;
  const { json } = readFlags(hasId ? args.slice(1) : args, { json: { type: 'boolean' } });
  if (id === undefined)
    throw new UsageError('Say which request by its x-request-id; npm run why -- list shows the latest');
  if (timeOfUuidV7(id) === undefined)
    throw new UsageError(
      `${id.slice(0, 60)} is no id of a request; they look like 019b76da-a800-7000-8000-0123456789ab`,
    );
  const request = await adminCall<ShownRequest>(adminTarget(process.env), 'GET', `/admin/requests/${id}`);
  if (json) return console.log(JSON.stringify(request, null, 2));
  console.log(whyLines(request, Date.now()).slice(1).join('\n'));
}

async function list(args: string[]): Promise<void> {
  const { json, ...asked } = readFlags(args, { ...FLAGS, json: { type: 'boolean' } });
  const query = new URLSearchParams(asked);
  const answer = await adminCall<RequestsAnswer>(adminTarget(process.env), 'GET', `/admin/requests?${query}`);
  console.log(json ? JSON.stringify(answer, null, 2) : requestLines(answer, asked).join('\n'));
}
