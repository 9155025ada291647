/** The product’s own Worker, with answer objects that die, and a clock that goes ahead, at the point that their question names. */
import worker, { AnswerStream as ProductAnswer, SharedAnswer as ProductShared } from '../../worker/index.ts';
import { goAhead } from './later.js';

export * from '../../worker/index.ts';

/** A class whose objects can die. As in a crash or a deploy, memory is gone and streams break off. */
const mortal = (Product) =>
  class extends Product {
    async fetch(request) {
      const text = await request.clone().text();
      const afterMs = /die after (\d+) ms/.exec(text)?.[1];
      if (afterMs !== undefined) setTimeout(() => this.ctx.abort('a test made it die'), Number(afterMs));
      return super.fetch(request);
    }
  };

export default {
  async fetch(request, env, ctx) {
    goAhead(await request.clone().text());
    return worker.fetch(request, env, ctx);
  },
};

export const AnswerStream = mortal(ProductAnswer);
export const SharedAnswer = mortal(ProductShared);
