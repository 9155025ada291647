/** The version in package.json. test/unit/protocol/version.test.ts checks that both are equal. */
export const VERSION = '0.1.0';
