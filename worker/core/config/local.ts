/** `npm start` and tests; never a deploy. Whatever is not a "no" is a "yes". */
export function isLocal(variables: Readonly<Record<string, unknown>>): boolean {
  const value = variables.CARRYON_LOCAL;
  return value !== undefined && !['', '0', 'false'].includes(String(value));
}
