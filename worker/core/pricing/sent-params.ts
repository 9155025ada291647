import type { ChatRequest, ContentPart } from '../../../protocol/chat.ts';
import type { Deployment, ParamCost } from '../config/config.ts';
import { sentTo } from './input-size.ts';

const NONE: readonly ParamCost[] = [];

/** The costs of the client's fields that this deployment is sent because its config allows them. */
export function paramCostsOf(chat: ChatRequest, deployment: Deployment): readonly ParamCost[] {
  const { allowParams, paramCosts } = deployment;
  if (allowParams.length === 0) return NONE;
  const costs: ParamCost[] = [];
  for (const name of allowParams) {
    const cost = Object.hasOwn(paramCosts, name) ? paramCosts[name] : undefined;
    if (cost !== undefined && isSent(name, chat, deployment)) costs.push(cost);
  }
  return costs;
}

function isSent(name: string, { rest, messages }: ChatRequest, deployment: Deployment): boolean {
  if (Object.hasOwn(rest, name)) return true;
  if (name !== 'input_audio' && name !== 'file') return false;
  const isOfName = (part: ContentPart) => (part.type === 'input_audio') === (name === 'input_audio');
  return messages.some(
    ({ content }) =>
      Array.isArray(content) && content.some((part) => isOfName(part) && sentTo(part, deployment) === 'file'),
  );
}
