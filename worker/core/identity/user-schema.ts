import { refused } from '../../../protocol/result.ts';
import { textAs } from '../config/settings.ts';
import { userName } from './names.ts';

/** A user's name in a JSON body, in the form in which it is stored. */
export const user = textAs((written) =>
  written === '' ? refused('write the user that the token is for') : userName(written),
);
