/** The receiver of a webhook. It keeps every delivery, and answers as the test says. */
import { type ScriptedProvider, startScripted } from './scripted-provider.ts';

export interface Delivery {
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface WebhookReceiver extends Pick<ScriptedProvider, 'origin' | 'close'> {
  /** The deliveries in order of arrival. */
  readonly deliveries: Delivery[];
  /** The status of the next answers. */
  status: number;
  at(path: string): Delivery[];
}

export async function startReceiver(): Promise<WebhookReceiver> {
  const deliveries: Delivery[] = [];
  const provider = await startScripted(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    deliveries.push({ path: request.url ?? '', headers: request.headers as Record<string, string>, body });
    response.writeHead(receiver.status).end();
  });
  const { origin } = provider;
  const at = (path: string) => deliveries.filter((one) => one.path === path);
  const receiver: WebhookReceiver = { origin, close: () => provider.close(), deliveries, status: 200, at };
  return receiver;
}
