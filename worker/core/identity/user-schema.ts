import * as z from 'zod';
import { userName } from './names.ts';

/** A user's name out of JSON, in the form in which it is kept. */
export const user = z
  .string()
  .min(1, 'write the user that the token is for')
  .transform((written, context) => {
    const named = userName(written);
    if ('user' in named) return named.user;
    context.addIssue(named.problem);
    return z.NEVER;
  });
