/** The version in package.json; test/unit/protocol/version.test.ts keeps them in step. */
export const VERSION = '0.1.0';
