/** Translates a request into a provider's own format, or says why this provider cannot take it. */
import type { ChatRequest } from '../../protocol/chat.ts';
import type { RouterError } from '../../protocol/errors.ts';
import { ok, type Result, refused } from '../../protocol/result.ts';
import type { Deployment } from '../core/config/config.ts';
import type { RoutedRequest } from '../pipeline/request.ts';
import type { Deps } from '../ports.ts';
import type { Outgoing } from '../providers/adapter.ts';

/** The request in this deployment's format, or the error that says why the deployment cannot take it. */
export function outgoingFor(
  { chat, feature }: RoutedRequest,
  deployment: Deployment,
  { config, adapterFor }: Deps,
): Result<Outgoing, RouterError> {
  try {
    const outgoing = adapterFor(deployment).request(chat, deployment, feature.promptCache);
    const { unsendable } = outgoing;
    if (unsendable !== undefined)
      return refused({ code: 'invalid_body', param: unsendable.param, detail: unsendable.message });
    const param = config.router.strictParams ? outgoing.dropped[0] : undefined;
    return param === undefined ? ok(outgoing) : refused({ code: 'unsupported_param', param });
  } catch (error) {
    // JSON.stringify can run out of stack on bodies that JSON.parse could still read.
    if (error instanceof RangeError)
      return refused({ code: 'invalid_body', param: '', detail: 'is nested too deeply' });
    throw error;
  }
}

/**
 * Replaces `prompt_cache_key` by a hash of tenant and key. Tenants share a provider's account, and the key chooses a part of its prompt
 * cache. The hash cannot name another tenant's part. SHA-256 in hex has the greatest length that OpenAI allows.
 */
export async function withOwnCacheKey(
  request: RoutedRequest,
  key: unknown,
  { answers }: Pick<Deps, 'answers'>,
): Promise<RoutedRequest> {
  const { chat, identity } = request;
  const hash = await answers.hash(JSON.stringify(['prompt-cache-key', identity.tenant, key]));
  const ownChat: ChatRequest = { ...chat, rest: { ...chat.rest, prompt_cache_key: hash } };
  return { ...request, chat: ownChat };
}
