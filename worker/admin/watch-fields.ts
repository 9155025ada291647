/** Fields of the calls about firing alerts and incidents. */
import * as z from 'zod/mini';
import type { Config } from '../core/config/config.ts';
import { nearestOf } from '../core/config/nearest.ts';

/** Text that an operator writes, of one or more lines. */
export const words = (most: number) =>
  z.string().check(
    z.refine((text) => text.trim() !== '' && text.length <= most && !/[^\P{Cc}\n]|\p{Cs}/u.test(text), {
      error: `write 1 to ${most} characters, none of them a control character`,
    }),
  );

/** The names of all promises, including averages. */
export const promiseNames = ({ slo }: Pick<Config, 'slo'>): string[] =>
  [...slo.objectives, ...slo.averages].map(({ name }) => name);

/** The name of one of config's promises. */
export const knownObjective = (config: Config) => oneOf('promise', promiseNames(config));

/** The name of one of config's features. */
export const knownFeature = (config: Config) => oneOf('feature', [...config.features.keys()]);

const oneOf = (what: string, names: readonly string[]) =>
  z.string().check(
    z.superRefine((name, context) => {
      if (!names.includes(name)) context.addIssue(`is not a ${what}; ${nearestOf(name.slice(0, 100), names)}`);
    }),
  );
