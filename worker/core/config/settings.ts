/** The building blocks of config's schemas. Each message says what would be right. */
import * as z from 'zod/mini';
import { ok, type Result, refused } from '../../../protocol/result.ts';
import { durationMs } from './duration.ts';
import { nearestOf } from './nearest.ts';

/** An object of these settings and no others. */
export const settings = <Shape extends z.core.$ZodShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `is not a setting; ${nearestOf(issue.keys.length === 1 ? issue.keys[0] : undefined, Object.keys(shape))}`
        : undefined,
  });

/** A string that `read` turns into a value, or refuses with what would be right. `error` is the message for anything but a string. */
export const textAs = <Value>(read: (text: string) => Result<Value, string>, error?: string) =>
  z.pipe(
    z.string(error),
    z.transform((text, context): Value => {
      const made = read(text);
      if (made.ok) return made.value;
      context.issues.push({ code: 'custom', message: made.error, input: text });
      return z.NEVER;
    }),
  );

/** A duration with its unit, as milliseconds. `least` and `most` are written the same way. */
export const duration = (least: string, most: string) => {
  const [leastMs, mostMs] = [durationMs(least) ?? 0, durationMs(most) ?? 0];
  return textAs((text) => {
    const ms = durationMs(text);
    if (ms === undefined) return refused(`"${text}" is not a duration; write "500ms", "30s" or "2m"`);
    return ms >= leastMs && ms <= mostMs ? ok(ms) : refused(`"${text}" is out of range; write ${least} to ${most}`);
  }, 'write a duration with its unit, such as "500ms", "30s" or "2m"');
};

/** A whole number. `int` comes last, so that the error for a number far out of range names the range. */
export const count = (least: number, most: number) =>
  z
    .number()
    .check(
      z.minimum(least, `write a whole number from ${least}`),
      z.maximum(most, `write a whole number up to ${most}`),
      z.int(),
    );

/** One of a table's names. */
export const namesOf = <Name extends string>(table: Readonly<Record<Name, unknown>>) =>
  z.enum(Object.keys(table) as [Name, ...Name[]], { error: `write one of ${Object.keys(table).join(', ')}` });

/** An amount in USD. */
export const usd = z
  .number()
  .check(z.minimum(0, 'write a price in USD, 0 or more'), z.maximum(1_000_000, 'write a price in USD up to a million'));

/** The name of an environment variable, such as `suchAs`. Its value does not belong in config, so no message repeats it. */
export const variable = (suchAs: string) => {
  const right = `write the NAME of an environment variable, such as "${suchAs}", never the value`;
  return z.string({ error: ({ input }) => (input === undefined ? `is missing; ${right}` : right) }).check(
    z.superRefine((text, context) => {
      if (/^[A-Z][A-Z0-9_]*$/.test(text) && !isLikeKey(text)) return;
      context.addIssue(/^https?:/i.test(text) ? `an address is not written here: ${right}` : right);
    }),
  );
};

/** Some keys have capitals and digits alone, as a name may. */
const isLikeKey = (text: string): boolean => text.length >= 20 && !text.includes('_') && /\d/.test(text);

/** A short name in lower case. */
export const slug = z
  .string()
  .check(z.regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'use lower-case letters, digits, ".", "_" and "-" (at most 63)'));

/** A deployment's place in its alias. The lowest is tried first, and deployments of one order are chosen by weight. */
export const order = count(1, 100);
/** A deployment's share among those of the same order. */
export const weight = z
  .number()
  .check(z.positive('write a weight above 0'), z.maximum(1_000_000, 'write a weight up to a million'));
