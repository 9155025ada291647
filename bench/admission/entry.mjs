/** The deployed Worker with two more paths: one only admits requests, one only checks a token. Only the benchmark builds it. */
import { compose } from '../../worker/deps.ts';
import worker from '../../worker/index.ts';
import { ADMIT_PATH, admitForAWhile } from './admit-for-a-while.ts';
import { checkTokens, TOKENS_PATH } from './check-tokens.ts';

export * from '../../worker/index.ts';

let composition;

export default {
  fetch(request, env, context) {
    const does = { [ADMIT_PATH]: admitForAWhile, [TOKENS_PATH]: checkTokens }[new URL(request.url).pathname];
    if (does === undefined) return worker.fetch(request, env, context);
    composition ??= compose(env);
    return does(request, composition.deps, (work) => context.waitUntil(work));
  },
};
