/** Issuer and audience of the tokens that this router makes. */
export const OWN_ISSUER = 'carryon';
