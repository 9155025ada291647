import { DOOR_PATHS, namedFeature } from '../../protocol/question.ts';
import { ok } from '../../protocol/result.ts';
import { chatForm } from './chat-form.ts';
import type { Door } from './door.ts';

/** OpenAI's Chat Completions. The path without `/v1` is for SDKs whose base URL lacks it. */
export const chatCompletions: Door = {
  paths: DOOR_PATHS['chat-completions'],
  read: (fields, featureHeader) => {
    const feature = namedFeature('chat-completions', featureHeader, fields);
    return ok({ body: fields, feature, usesOwnAlias: false });
  },
  formOf: chatForm,
};
