import { DOOR_PATHS, longForm, namedFeature, usesOwnAlias } from '../../protocol/question.ts';
import { ok, refused } from '../../protocol/result.ts';
import { chatForm } from './chat-form.ts';
import type { Door } from './door.ts';

/** Carryon's own door for pages: `{"prompt": "…"}`, or a chat completion's body whose model may be left out. */
export const ai: Door = {
  paths: DOOR_PATHS.ai,
  read: (fields, featureHeader) => {
    const long = longForm('ai', fields);
    if (!long.ok) return refused({ param: 'prompt', detail: long.error });
    const body = long.value;
    return ok({ body, feature: namedFeature('ai', featureHeader, fields), usesOwnAlias: usesOwnAlias('ai', body) });
  },
  formOf: chatForm,
};
