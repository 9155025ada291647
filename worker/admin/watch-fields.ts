/** Fields of the calls about alerts that fire and incidents. */
import * as z from 'zod/mini';
import type { Config } from '../core/config/config.ts';
import { nearestOf } from '../core/config/nearest.ts';

/** A person's words, of one line or more. */
export const words = (most: number) =>
  z.string().check(
    z.refine((text) => text.trim() !== '' && text.length <= most && !/[^\P{Cc}\n]|\p{Cs}/u.test(text), {
      error: `write 1 to ${most} characters, none of them a control character`,
    }),
  );

/** Names of all promises, averages too. */
export const promiseNames = ({ slo }: Pick<Config, 'slo'>): string[] =>
  [...slo.objectives, ...slo.averages].map(({ name }) => name);

/** The name of one of config's promises. */
export const knownObjective = (config: Config) => oneOf('promise', promiseNames(config));

/** The name of one of config's features. */
export const knownFeature = (config: Config) => oneOf('feature', [...config.features.keys()]);

const oneOf = (what: string, names: readonly string[]) =>
  z.string().check(
    z.superRefine((name, context) => {
      if (!names.includes(name)) context.addIssue(`is no ${what}; ${nearestOf(name.slice(0, 100), names)}`);
    }),
  );
