/**
 * Parses the part of TOML that our `wrangler.toml` uses: sections, lists of sections, and one-line strings, numbers, booleans and lists
 * of strings. Anything else is an error, so that no setting is silently missed.
 */
export type TomlValue = string | number | boolean | string[];
export interface TomlSection {
  /** The dotted name; `''` for the top of the file. A `[[list]]` makes one section for each entry. */
  name: string;
  values: Record<string, TomlValue>;
}

export function parseToml(text: string): TomlSection[] {
  let section: TomlSection = { name: '', values: {} };
  const sections = [section];
  for (const [index, rawLine] of text.split('\n').entries()) {
    const line = rawLine.trim();
    if (line === '' || line.startsWith('#')) continue;
    const header = /^\[\[?\s*([\w.-]+)\s*\]\]?\s*(#.*)?$/.exec(line)?.[1];
    if (header !== undefined) {
      section = { name: header, values: {} };
      sections.push(section);
      continue;
    }
    const [, key, value] = /^([\w-]+)\s*=\s*(.+)$/.exec(line) ?? [];
    const parsed = value === undefined ? undefined : parseValue(value);
    if (key === undefined || parsed === undefined) {
      throw new Error(
        `wrangler.toml, line ${index + 1}: "${line}" is not supported here; write one key = value on each line, and a table as its own section, such as [[routes]]`,
      );
    }
    section.values[key] = parsed;
  }
  return sections;
}

function parseValue(text: string): TomlValue | undefined {
  const literal = /^("(?:[^"\\]|\\.)*"|'[^']*'|\[[^\]]*\]|true|false|-?\d+(?:\.\d+)?)\s*(#.*)?$/.exec(text)?.[1];
  if (literal === undefined) return undefined;
  const json = literal.replaceAll(/'([^']*)'/g, (_, inner: string) => JSON.stringify(inner)).replace(/,\s*\]$/, ']');
  try {
    return JSON.parse(json) as TomlValue;
  } catch {
    return undefined;
  }
}
