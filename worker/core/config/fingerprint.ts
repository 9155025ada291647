import type { Deployment } from './config.ts';

/**
 * Eight hex digits that change with the text (FNV-1a, 32 bits). They are too few to reveal a key that is part of the text. A
 * collision would only carry an old cooldown over to a corrected deployment.
 */
export function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** A deployment's `healthId`. Another model, format, address or key has a health of its own. */
export const healthIdOf = ({
  id,
  format,
  model,
  apiBase,
  apiKey,
}: Pick<Deployment, 'id' | 'format' | 'model' | 'apiBase' | 'apiKey'>): string =>
  `${id}~${fingerprint([format, model, apiBase, apiKey].join('\n'))}`;
