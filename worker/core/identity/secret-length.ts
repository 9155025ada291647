/** This many random characters cannot be guessed. Each start warns of a shorter `KEY_SECRET` or `ADMIN_KEY`. */
export const SAFE_SECRET_LENGTH = 24;

/** A shorter `KEY_SECRET` is easily guessed, so no first key is made with it. Existing keys keep working, with the warning. */
export const LEAST_SECRET_LENGTH = 8;

/** Whether to warn of this secret. */
export const isShortSecret = (secret: string): boolean => secret.length < SAFE_SECRET_LENGTH;
