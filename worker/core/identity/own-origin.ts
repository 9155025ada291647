/** Whether this is the router's own origin. Its pages need no CORS, so config need not name it. */
export const isOwnOrigin = (origin: string, host: string | null, publicUrl: string | undefined): boolean =>
  origin === publicUrl || origin.replace(/^https?:\/\//, '') === host;
