import { eventText } from '../../protocol/sse.ts';
import type { Wire } from '../wire.ts';
import { parseAnthropic } from './ask.ts';
import { anthropicError, errorInsideStream, invalid, statusError } from './errors.ts';
import { anthropicFrames, anthropicReply, messageDelta } from './reply.ts';

const MODELS = ['sandbox-anthropic', 'sandbox-anthropic-small'];
const FAR_RESET = '2026-12-01T00:00:00Z';

/** Anthropic's Messages format. */
export const anthropicWire: Wire = {
  name: 'anthropic',
  answerPath: '/v1/messages',
  idPrefixes: { answer: 'msg_', tool: 'toolu_' },
  modelList: () => ({
    data: MODELS.map((id) => ({ type: 'model', id, display_name: id, created_at: '2026-01-01T00:00:00Z' })),
    has_more: false,
    first_id: MODELS[0],
    last_id: MODELS.at(-1),
  }),
  checkHeaders: (headers) => {
    const key = headers['x-api-key'];
    if (key === undefined || key === '')
      return anthropicError(401, 'authentication_error', 'x-api-key header is required');
    if (key === 'bad-key') return anthropicError(401, 'authentication_error', 'invalid x-api-key');
    return headers['anthropic-version'] === undefined ? invalid('anthropic-version: header is required') : undefined;
  },
  parse: parseAnthropic,
  badJson: () => invalid('The request body is not valid JSON'),
  badRequest: invalid,
  notFound: (_method, path) => anthropicError(404, 'not_found_error', `Not found: ${path}`),
  refuse: statusError,
  headers: (answer) => ({
    'request-id': answer.requestId,
    'anthropic-ratelimit-requests-limit': '4000',
    'anthropic-ratelimit-requests-remaining': '3999',
    'anthropic-ratelimit-requests-reset': FAR_RESET,
    'anthropic-ratelimit-tokens-limit': '480000',
    'anthropic-ratelimit-tokens-remaining': '479000',
    'anthropic-ratelimit-tokens-reset': FAR_RESET,
  }),
  frames: anthropicFrames,
  reply: anthropicReply,
  extraUsage: (_ask, answer) => [messageDelta(answer)],
  errorInside: () => ({
    body: errorInsideStream(),
    frame: eventText({ event: 'error', data: JSON.stringify(errorInsideStream()) }),
  }),
  keepAlive: 'event: ping\ndata: {"type": "ping"}\n\n',
  malformedFrame:
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_de\n\n',
};
