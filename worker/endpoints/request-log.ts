import { withoutKeys } from '../core/identity/key-format.ts';
import type { RequestContext } from '../pipeline/request.ts';
import type { Deps } from '../ports.ts';

/** The path as logs may show it: shortened, and without keys. Empty if the Host header makes no valid URL. */
export const loggedPath = ({ url }: Request): string => withoutKeys(URL.parse(url)?.pathname ?? '').slice(0, 100);

/** Logs one line for a request when its answer begins, for `npm start`. A deploy has its platform's own request log. */
export async function logRequest(
  request: Request,
  answering: Response | Promise<Response>,
  { events, clock }: Pick<Deps, 'events' | 'clock'>,
  { requestId, arrivedAt }: RequestContext,
): Promise<Response> {
  const response = await answering;
  const { status, headers } = response;
  const header = (name: string) => headers.get(`x-carryon-${name}`);
  events({
    event: 'request',
    requestId,
    method: request.method,
    path: loggedPath(request),
    status,
    tookMs: clock.now() - arrivedAt,
    deployment: header('deployment'),
    attempts: header('attempts') ?? '1',
    mode: header('mode'),
    cache: header('cache'),
    costUsd: header('cost-usd'),
  });
  return response;
}
