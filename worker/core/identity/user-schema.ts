import * as z from 'zod';
import { userName } from './names.ts';

/** A user's name in a JSON body, in the form in which it is stored. */
export const user = z
  .string()
  .min(1, 'write the user that the token is for')
  .transform((written, context) => {
    const named = userName(written);
    if (named.ok) return named.value;
    context.addIssue(named.error);
    return z.NEVER;
  });
