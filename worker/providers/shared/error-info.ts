import { isObject, type Json } from '../../../protocol/json.ts';
import { jsonText } from './json-text.ts';

/** What the many kinds of error bodies have in common. */
export interface ErrorInfo {
  message: string;
  /** `code` and `type` in lower case, joined in one string to search. */
  codes: string;
  code: string | null;
  /** OpenRouter and Gemini put an HTTP status into `code`. */
  status: number | undefined;
  param: string | null;
  /** Gemini's `details` and OpenRouter's `metadata`, as JSON to search. */
  extra: string;
  /** True if the answer comes from a firewall in front of the provider. */
  isFromFirewall: boolean;
}

const NOTHING: ErrorInfo = {
  message: '',
  codes: '',
  code: null,
  status: undefined,
  param: null,
  extra: '',
  isFromFirewall: false,
};

/** Reads an error body's text. A body that is not JSON gives no information. */
export function readError(body: string): ErrorInfo {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return NOTHING;
  }
  // Gemini's compatible API wraps the object in an array.
  return errorInfo(Array.isArray(parsed) ? parsed[0] : parsed);
}

/** Reads a parsed error body: the usual `{error: {…}}`, or the object itself. */
export function errorInfo(parsed: unknown): ErrorInfo {
  if (!isObject(parsed)) return NOTHING;
  const error = isObject(parsed.error) ? parsed.error : parsed;
  const numeric = Number(textOrNull(error.code));
  return {
    message:
      textOrNull(error.message) ?? textOrNull(parsed.error) ?? textOrNull(parsed.detail) ?? inList(parsed, 'msg') ?? '',
    codes: [error.code, error.type, error.status, inList(parsed, 'type')]
      .map((value) => textOrNull(value) ?? '')
      .join(' ')
      .toLowerCase(),
    code: typeof error.code === 'string' ? error.code : null,
    status: numeric >= 400 && numeric < 600 ? numeric : undefined,
    param: textOrNull(error.param),
    extra: jsonText([error.details, error.metadata]) ?? '',
    isFromFirewall: false,
  };
}

/** A field of the first entry in FastAPI's list of problems (vLLM, Mistral). */
function inList({ detail, message }: Json, name: string): string | null {
  const list = detail ?? (isObject(message) ? message.detail : undefined);
  const first = Array.isArray(list) ? list[0] : undefined;
  return isObject(first) ? textOrNull(first[name]) : null;
}

/** A string, or a number as a string. Null for anything else. */
export const textOrNull = (value: unknown): string | null =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
