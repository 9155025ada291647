/** The same body in another notation: order of names, white space, escapes, forms of numbers, and fields without meaning. */
import { type Chance, type Json, pick } from './bodies.ts';

const SPACES = ['', '', '', ' ', '\n', '\t '];
const NOTHING_SAID: readonly Json[] = [
  {},
  { stream: true },
  { stream: false, stream_options: { include_usage: true } },
  { user: 'ann' },
  { metadata: { feature: 'chat' } },
  { store: true, prompt_cache_key: 'k' },
  { safety_identifier: 'h', foo: null, presence_penalty: null },
  { max_completion_tokens: 0 },
];

export const rewritten = (body: Json, chance: Chance): string =>
  written({ ...body, ...pick(NOTHING_SAID, chance) }, chance);

function written(value: unknown, chance: Chance): string {
  if (typeof value === 'string') return textForm(value, chance);
  if (typeof value === 'number') return numberForm(value, chance);
  if (typeof value !== 'object' || value === null) return String(value);
  const space = pick(SPACES, chance);
  if (Array.isArray(value)) return `[${space}${value.map((item) => written(item, chance)).join(`,${space}`)}${space}]`;
  const names = Object.keys(value);
  const first = Math.floor(chance() * names.length);
  const shuffled = [...names.slice(first), ...names.slice(0, first)];
  if (chance() < 0.5) shuffled.reverse();
  const fields = shuffled.map(
    (name) => `${textForm(name, chance)}${space}:${written((value as Json)[name], chance)}${space}`,
  );
  return `{${fields.join(',')}}`;
}

function textForm(text: string, chance: Chance): string {
  const plain = JSON.stringify(text);
  if (chance() < 0.6) return plain;
  let escaped = '"';
  for (let index = 0; index < text.length; index++) {
    const hex = text.charCodeAt(index).toString(16).padStart(4, '0');
    escaped += `\\u${chance() < 0.5 ? hex : hex.toUpperCase()}`;
  }
  return `${escaped}"`;
}

function numberForm(value: number, chance: Chance): string {
  if (Object.is(value, -0)) return pick(['-0', '-0.0', '0'], chance);
  const plain = String(value);
  if (plain.includes('e')) return pick([plain, plain.replace('e', 'E'), plain.replace('e', '.0e')], chance);
  const fraction = plain.includes('.') ? `${plain}0` : `${plain}.0`;
  return pick([plain, fraction, `${plain}e0`, `${plain}E+00`, `${fraction}e-0`], chance);
}
