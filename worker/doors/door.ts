import type { ChatRequest } from '../../protocol/chat.ts';
import type { Json } from '../../protocol/json.ts';
import type { Result } from '../../protocol/result.ts';
import type { AnswerForm } from '../core/answers/forms.ts';

/**
 * An inbound format: where clients send it, how its body is read, and in which form they read the answer. Pure; the table of all
 * doors is doors.ts.
 */
export interface Door {
  /** `POST` paths. The first is the one that documentation and errors name. */
  paths: readonly string[];
  /** Reads a body that is a JSON object. `featureHeader`: `x-carryon-feature`, or null without one. */
  read(fields: Json, featureHeader: string | null): Result<DoorRequest, InvalidField>;
  /** The form in which the client of this request reads its answer. */
  formOf(chat: ChatRequest): AnswerForm;
}

/** What a body asks for, in the router's own terms; nothing but its shape is checked yet. */
export interface DoorRequest {
  /** The body of a chat completion, for `parseChat`. */
  body: Json;
  /** The feature it names; undefined: the credential's default. */
  feature: unknown;
  /** The body names no model, so the feature's alias answers. */
  usesOwnAlias: boolean;
}

/** Which field is wrong, and what would be right. */
export interface InvalidField {
  param: string;
  detail: string;
}
