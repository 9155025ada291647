/** `npm start` and tests; never a deploy. On only for `1` and `true`: whatever else somebody wrote for a "no" must not be a "yes". */
export const isLocal = ({ CARRYON_LOCAL }: Readonly<Record<string, unknown>>): boolean =>
  CARRYON_LOCAL !== undefined && ['1', 'true'].includes(String(CARRYON_LOCAL));
