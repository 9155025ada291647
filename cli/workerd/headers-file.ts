/** A `_headers` file, in the form that Cloudflare's asset Worker is configured with. */
export interface HeaderRules {
  version: 2;
  rules: Record<string, { set: Record<string, string>; unset?: string[] }>;
}

const LONGEST_LINE = 2_000;

/**
 * The part of Cloudflare's format that we use: a path in a line of its own, and beneath it `name: value` lines, and `! name` for a header
 * of an earlier path that this one does not have. Anything else is an error, so that no header is missing without notice.
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
