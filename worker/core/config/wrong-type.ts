const RIGHT_TYPES: Readonly<Record<string, string>> = {
  string: 'a string in quotes',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list: [ … ]',
  object: 'an object: { … }',
  record: 'an object: { … }',
};

/** The message for a wrong type if the schema has none of its own. */
export function wrongType(issue: { code?: string; expected?: unknown; input?: unknown }): string | undefined {
  const right = issue.code === 'invalid_type' ? RIGHT_TYPES[String(issue.expected)] : undefined;
  if (right === undefined) return undefined;
  return issue.input === undefined ? `is missing; write ${right}` : `write ${right}`;
}
