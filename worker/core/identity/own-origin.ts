/** Whether these are the router's own pages: they need no CORS, so config need not name them. */
export const isOwnOrigin = (origin: string, host: string | null, publicUrl: string | undefined): boolean =>
  origin === publicUrl || origin.replace(/^https?:\/\//, '') === host;
