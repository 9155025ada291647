/**
 * Whether the router runs in local mode, as `npm start` and tests do, and never a deployed router. Only `1` and `true` turn it
 * on, so that no spelling of "no" does.
 */
export const isLocal = ({ CARRYON_LOCAL }: Readonly<Record<string, unknown>>): boolean =>
  CARRYON_LOCAL !== undefined && ['1', 'true'].includes(String(CARRYON_LOCAL));
