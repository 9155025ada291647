import { ok, type Result, refused } from '../../../protocol/result.ts';
import type { Preset } from './config.ts';
import { nearestOf } from './nearest.ts';
import { type CheckedConfig, configSchema } from './schema.ts';
import { wrongType } from './wrong-type.ts';

/** One mistake in config. */
export interface ConfigProblem {
  /** The place in config, such as `['aliases', 'app/chat', 'deployments', 0, 'timeout']`. */
  path: (string | number)[];
  message: string;
}

/** The checked config, or every mistake in it. */
export type ConfigCheck = Result<CheckedConfig, ConfigProblem[]>;

/** Checks everything that can be checked without the environment. */
export function checkConfig(input: unknown, presets: Readonly<Record<string, Preset>>): ConfigCheck {
  const parsed = configSchema.safeParse(input, { error: wrongType });
  const problems: ConfigProblem[] = [];
  for (const issue of parsed.error?.issues ?? []) {
    const path = issue.path.filter((part) => typeof part !== 'symbol');
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : undefined;
    // The reason for a refused name is nested inside the issue.
    const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
    if (keys === undefined) problems.push({ path, message });
    for (const key of keys ?? []) problems.push({ path: [...path, key], message });
  }
  if (!parsed.success) return refused(problems);

  for (const [name, { deployments }] of Object.entries(parsed.data.aliases)) {
    for (const [index, { provider, apiBase, key }] of deployments.entries()) {
      if (provider === undefined) continue;
      const path = ['aliases', name, 'deployments', index];
      const preset = Object.hasOwn(presets, provider) ? presets[provider] : undefined;
      if (preset === undefined) {
        const message = `"${provider}" is not a preset; ${nearestOf(provider, Object.keys(presets))}`;
        problems.push({ path: [...path, 'provider'], message });
        continue;
      }
      const needs = (setting: string, example: string) => {
        const message = `is missing: "${provider}" has none of its own; write the NAME of the variable that holds it, such as ${setting}: "${example}"`;
        problems.push({ path: [...path, setting], message });
      };
      if (preset.apiBase === undefined && apiBase === undefined) needs('apiBase', 'OWN_API_BASE');
      if (preset.keyVariable === undefined && key === undefined) needs('key', 'OWN_KEY');
    }
  }
  return problems.length > 0 ? refused(problems) : ok(parsed.data);
}

/** `aliases["app/chat"].deployments[0].timeout: …` */
export function problemText({ path, message }: ConfigProblem): string {
  const place = path
    .map((part) =>
      typeof part === 'number' ? `[${part}]` : /^[A-Za-z_$][\w$]*$/.test(part) ? `.${part}` : `["${part}"]`,
    )
    .join('')
    .replace(/^\./, '');
  return `${place || 'the config'}: ${message}`;
}
