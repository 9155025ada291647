import { drafts } from '../../../../../cli/slo/documents/documents.ts';
import { checkConfig, problemText } from '../../../../../worker/core/config/check.ts';
import { contradictions } from '../../../../../worker/core/config/contradictions.ts';
import { resolveConfig } from '../../../../../worker/core/config/resolve.ts';
import type { ConfigInput } from '../../../../../worker/core/config/schema.ts';
import { PRESETS } from '../../../../../worker/providers/presets.ts';

/** The documents of a config that the build would take. */
export function draftsOf(input: ConfigInput) {
  const check = checkConfig(input, PRESETS);
  if (!check.ok) throw new Error(check.error.map(problemText).join('\n'));
  const errors = contradictions(check.value, input, PRESETS).filter(({ isError }) => isError);
  if (errors.length > 0) throw new Error(errors.map(problemText).join('\n'));
  return drafts(resolveConfig(check.value, {}, PRESETS).config);
}

export function draftOf(input: ConfigInput, name: string) {
  const draft = draftsOf(input).get(name);
  if (draft === undefined) throw new Error(`no document ${name}`);
  return draft;
}
