/** A `_headers` file, in the form that Cloudflare's asset Worker is configured with. */
export interface HeaderRules {
  version: 2;
  rules: Record<string, { set: Record<string, string> }>;
}

/**
 * The part of Cloudflare's format that we use: a path in a line of its own, and beneath it `name: value` lines. Anything else is an
 * error, so that no header is missing without notice.
 */
export function parseHeadersFile(text: string): HeaderRules {
  const rules: HeaderRules['rules'] = {};
  let headers: Record<string, string> | undefined;
  for (const [index, rawLine] of text.split('\n').entries()) {
    const line = rawLine.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, name, value] = /^([\w-]+)\s*:(?!\/\/)\s*(.+)$/.exec(line) ?? [];
    if (line.startsWith('/') && !Object.hasOwn(rules, line)) {
      headers = {};
      rules[line] = { set: headers };
    } else if (headers !== undefined && name !== undefined && value !== undefined) {
      const before = headers[name.toLowerCase()];
      headers[name.toLowerCase()] = before === undefined ? value : `${before}, ${value}`;
    } else {
      throw new Error(
        `_headers, line ${index + 1}: "${line}" is neither a path of its own, such as /travel.js, nor a name: value line beneath one`,
      );
    }
  }
  return { version: 2, rules };
}
