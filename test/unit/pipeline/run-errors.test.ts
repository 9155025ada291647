/** A page of the same user may read a run that a server started: its error is kept in the words for both. */
import { expect, it } from 'vitest';
import type { Refusal } from '../../../worker/core/answers/stream/events.ts';
import type { Job } from '../../../worker/core/answers/stream/job.ts';
import { answerRuns } from '../../../worker/run/run-job.ts';
import { objectReply } from './support/object-reply.ts';
import { failing, role, streamed, text } from './support/openai.ts';
import { TestRouter } from './support/router.ts';
import type { Script } from './support/upstream.ts';

const error = { message: 'acct-7 flagged it', code: 'content_filter', type: 'invalid_request_error', param: 'x-7' };
const FLAGGED = `data: ${JSON.stringify({ error })}\n\n`;

async function refusalOf(job: Job, router: TestRouter): Promise<Refusal | undefined> {
  const outcome = await answerRuns(router.deps).produce(job, {
    signal: new AbortController().signal,
    background: (work) => void router.background.push(work),
    isShared: false,
    onAsk: () => {},
    onStart: () => {},
    admitted: () => {},
    settled: () => {},
  });
  if (outcome.kind !== 'begun') return outcome.kind === 'refused' ? outcome.refusal : undefined;
  for await (const batch of outcome.events) if (batch.kind === 'interrupted') return batch.error;
  return undefined;
}

it.each<[string, Script, string]>([
  ['refused', failing(422, error), 'acct-7'],
  ['without a provider', failing(500, error), 'The last failure'],
  ['broken off', streamed(role, text('An'), FLAGGED), 'acct-7'],
])('%s: only those who may learn who served read why in full', async (_, script, word) => {
  const router = new TestRouter();
  const jobs: Job[] = [];
  router.deps.answerStreams.open = async (_, { job }) => {
    jobs.push(job as Job);
    return objectReply('{}');
  };
  await router.send({ user: 'ana', stream: true, headers: { 'idempotency-key': 'k' } });
  for (const { id } of router.deployments) router.upstream.on(id, script);
  const refusal = await router.clock.run(refusalOf(jobs[0] as Job, router));
  expect(refusal?.open?.body).toContain(word);
  expect(JSON.stringify({ ...refusal, open: undefined })).not.toMatch(/acct-7|x-7|The last one/);
});
