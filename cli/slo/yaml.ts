/** Plain data for YAML in block style. Strings are quoted unless every YAML reader takes them for strings. */
export type Yaml = string | number | boolean | object;

/** `comment`: lines at the top of the file. */
export const yamlText = (value: Yaml, comment: readonly string[] = []): string =>
  `${comment.map((line) => `# ${line}\n`).join('')}${block(value, 0)}\n`;

/** The text after a key or a dash, at this depth of indentation. */
function block(value: Yaml, depth: number): string {
  const indent = '  '.repeat(depth);
  if (typeof value === 'string' && isLiteral(value)) return `|-\n${value.replace(/^/gm, indent)}`;
  if (typeof value !== 'object') return scalar(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return value.map((one) => `${indent}- ${block(one, depth + 1).trimStart()}`).join('\n');
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  return entries.map(([key, one]) => `${indent}${scalar(key)}:${after(one, depth)}`).join('\n');
}

function after(value: Yaml, depth: number): string {
  const isNested = typeof value === 'object' && Object.keys(value).length > 0;
  return isNested ? `\n${block(value, depth + 1)}` : ` ${block(value, depth + 1)}`;
}

/** Words, paths and durations such as `30s`. */
const PLAIN = /^(?:[A-Za-z_/][\w./ -]*|\d+[smhd])$/;
/** Words that YAML 1.1 does not read as strings. */
const OTHER_WORDS = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
const PRINTABLE = /^[\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe]*$/;
/** Characters that JSON leaves unescaped but YAML does not accept, or takes for the end of a line. */
const UNPRINTABLE = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** Whether a literal block would read back as the same lines. Its first line sets the indentation, and an empty last line would be lost. */
function isLiteral(text: string): boolean {
  const lines = text.split('\n');
  return lines.length > 1 && /^\S/.test(text) && lines.at(-1) !== '' && lines.every((line) => PRINTABLE.test(line));
}

function scalar(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  if (PLAIN.test(value) && !OTHER_WORDS.test(value) && value.trim() === value) return value;
  if (PRINTABLE.test(value)) return `'${value.replaceAll("'", "''")}'`;
  const unicode = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(UNPRINTABLE, unicode);
}
