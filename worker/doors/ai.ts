import { DOOR_PATHS, longForm, namedFeature, usesOwnAlias } from '../../protocol/question.ts';
import { ok, refused } from '../../protocol/result.ts';
import { chatForm } from './chat-form.ts';
import type { Door } from './door.ts';

/** Carryon's own door for pages: `{"prompt": "…"}`, or a chat completion's body whose model may be left out. */
export const ai: Door = {
  paths: DOOR_PATHS.ai,
  read: (fields, featureHeader) => {
    const body = longForm('ai', fields);
    if (typeof body === 'string') return refused({ param: 'prompt', detail: body });
    return ok({ body, feature: namedFeature('ai', featureHeader, fields), usesOwnAlias: usesOwnAlias('ai', body) });
  },
  formOf: chatForm,
};
