/** The Worker as it is deployed, and a path more that does nothing but admit. Only the benchmark builds it. */
import { compose } from '../../worker/deps.ts';
import worker from '../../worker/index.ts';
import { ADMIT_PATH, admitForAWhile } from './admit-for-a-while.ts';

export * from '../../worker/index.ts';

let composition;

export default {
  fetch(request, env, context) {
    if (new URL(request.url).pathname !== ADMIT_PATH) return worker.fetch(request, env, context);
    composition ??= compose(env);
    return admitForAWhile(request, composition.deps, (work) => context.waitUntil(work));
  },
};
