import { dataText } from '../../protocol/sse.ts';
import { asObject } from '../json.ts';
import type { Wire } from '../wire.ts';
import { parseOpenAi } from './ask.ts';
import { errorInsideStream, invalid, openAiError, statusError, wrongKey } from './errors.ts';
import { openAiFrames, openAiReply, usageFrame } from './reply.ts';

const MODELS = ['sandbox-openai', 'sandbox-openai-small'];

/** OpenAI's Chat Completions format. */
export const openAiWire: Wire = {
  name: 'openai',
  answerPath: '/v1/chat/completions',
  idPrefixes: { answer: 'chatcmpl-', tool: 'call_' },
  modelList: () => ({
    object: 'list',
    data: MODELS.map((id) => ({ id, object: 'model', created: 1_767_225_600, owned_by: 'sandbox' })),
  }),
  checkHeaders: (headers) => {
    const key = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (key === undefined) {
      const message =
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).";
      return openAiError(401, message, 'invalid_request_error', null);
    }
    return key === 'bad-key' ? wrongKey(key) : undefined;
  },
  parse: parseOpenAi,
  badJson: () => invalid('We could not parse the JSON body of your request.', null, null),
  badRequest: (message) => invalid(message, null, null),
  notFound: (method, path) => openAiError(404, `Invalid URL (${method} ${path})`, 'invalid_request_error', null),
  refuse: statusError,
  headers: (answer) => ({
    'x-request-id': answer.requestId,
    'openai-version': '2020-10-01',
    'openai-processing-ms': '120',
    'x-ratelimit-limit-requests': '10000',
    'x-ratelimit-remaining-requests': '9999',
    'x-ratelimit-reset-requests': '6ms',
    'x-ratelimit-limit-tokens': '2000000',
    'x-ratelimit-remaining-tokens': '1999000',
    'x-ratelimit-reset-tokens': '12ms',
  }),
  frames: openAiFrames,
  reply: openAiReply,
  extraUsage: (ask, answer) => {
    const once = [usageFrame(ask, answer)];
    return asObject(ask.body.stream_options).include_usage === true ? once : [...once, ...once];
  },
  errorInside: () => ({ body: errorInsideStream(), frame: dataText(JSON.stringify(errorInsideStream())) }),
  keepAlive: ': keep-alive\n\n',
  malformedFrame:
    'data: {"id":"chatcmpl-broken","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"cont\n\n',
};
