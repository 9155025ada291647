/** Errors that come with status 200 in place of an answer: `{"code": 401, "msg": "…", "success": false}`. */
import { isObject, type Json } from '../../../protocol/json.ts';

const CODES = ['code', 'status', 'status_code', 'statusCode', 'error_code', 'errcode', 'errorCode'];
const MESSAGES = ['msg', 'message', 'error_msg', 'errmsg', 'errorMessage', 'status_msg', 'detail', 'reason'];

/** The words of refusals that cost nothing, with the status of each. They decide if no code is a status. */
const BY_WORDS: readonly (readonly [RegExp, number])[] = [
  [
    /(?:invalid|incorrect|missing|expired|wrong|no) (?:api[ _-]?)?(?:key|token|credential)|unauthori[sz]ed|authenticat|login fail/i,
    401,
  ],
  [/insufficient|balance|quota|out of credit|arrears/i, 402],
  [/rate.?limit|too many requests|frequency limit/i, 429],
];

/** The error in OpenAI's form, with a status as its `code`. Undefined if the answer reports no refusal. */
export function refusalInside(answer: Json): Json | undefined {
  const fields = isObject(answer.base_resp) ? answer.base_resp : answer;
  const message = MESSAGES.map((name) => fields[name]).find((value) => typeof value === 'string') ?? '';
  let hasFailed = answer.success === false;
  for (const name of CODES) {
    const code = Number(fields[name]);
    if (code >= 400 && code < 600) return { code, message };
    hasFailed ||= (code !== 0 && !Number.isNaN(code)) || /^(error|fail(ed|ure)?)$/i.test(String(fields[name]));
  }
  if (!hasFailed) return undefined;
  const status = BY_WORDS.find(([words]) => words.test(message))?.[1];
  return status === undefined ? undefined : { code: status, message };
}
