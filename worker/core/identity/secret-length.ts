/** As many random characters as cannot be guessed; a shorter `KEY_SECRET` or `ADMIN_KEY` is warned of at each start. */
export const SAFE_SECRET_LENGTH = 24;

/** Guessed in no time: with a `KEY_SECRET` so short no first key is made. Where keys exist it goes on, with the warning. */
export const LEAST_SECRET_LENGTH = 8;

export const isShortSecret = (secret: string): boolean => secret.length < SAFE_SECRET_LENGTH;
