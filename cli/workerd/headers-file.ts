/** The rules of a `_headers` file, in the form that Cloudflare's asset Worker takes. */
export interface HeaderRules {
  version: 2;
  rules: Record<string, { set: Record<string, string>; unset?: string[] }>;
}

const LONGEST_LINE = 2_000;

/**
 * Parses the part of Cloudflare's format that we use: a path on its own line, and below it `name: value` lines, and `! name` to remove a
 * header of an earlier path. Anything else is an error, so that no header is left out silently.
 */
export function parseHeadersFile(text: string): HeaderRules {
  const rules: HeaderRules['rules'] = {};
  let rule: HeaderRules['rules'][string] | undefined;
  for (const [index, rawLine] of text.split('\n').entries()) {
    const line = rawLine.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line.length > LONGEST_LINE) {
      const why = `is longer than the ${LONGEST_LINE} characters that Cloudflare reads, which would leave it out`;
      throw new Error(`_headers, line ${index + 1}: "${line.slice(0, 40)}…" ${why}`);
    }
    const [, name, value] = /^([\w-]+)\s*:(?!\/\/)\s*(.+)$/.exec(line) ?? [];
    const detached = /^! ([\w-]+)$/.exec(line)?.[1];
    if (line.startsWith('/') && !Object.hasOwn(rules, line)) {
      rule = { set: {} };
      rules[line] = rule;
    } else if (rule !== undefined && name !== undefined && value !== undefined) {
      const before = rule.set[name.toLowerCase()];
      rule.set[name.toLowerCase()] = before === undefined ? value : `${before}, ${value}`;
    } else if (rule !== undefined && detached !== undefined) {
      rule.unset = [...(rule.unset ?? []), detached.toLowerCase()];
    } else {
      throw new Error(
        `_headers, line ${index + 1}: "${line}" is neither a path of its own, such as /travel.js, nor a name: value line beneath one, nor ! name`,
      );
    }
  }
  return { version: 2, rules };
}
