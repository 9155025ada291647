/** Answers that were asked for with a JSON schema, down the line. */
import { expect, it } from 'vitest';
import type { Objective } from '../../../../worker/core/slo/slo.ts';
import { sloFor } from '../../core/slo/support/slo-for.ts';
import { good } from '../support/openai.ts';
import { TestRouter } from '../support/router.ts';

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const json_schema = { name: 'place', schema };

async function validOf(content: string, { stream = false, isPromised = true, ends = '0000' } = {}) {
  const router = new TestRouter();
  const { config } = router.deps;
  const [success] = sloFor(['chat']).objectives as [Objective];
  const valid: Objective = { ...success, feature: null, sli: { kind: 'valid' } };
  Object.assign(config, { slo: { ...config.slo, objectives: isPromised ? [valid] : [success] } });
  router.closings.nextId = () => `0199-${ends.padStart(12, '0')}`;
  router.upstream.on('a', good(stream, content));
  await router.ask({ body: { response_format: { type: 'json_schema', json_schema } }, stream });
  return router.records.map(({ valid }) => valid);
}

it.each([
  ['that keeps its schema is valid', '{"city": "Rome"}', {}, true],
  ['that does not is not', '{"town": "Rome"}', {}, false],
  ['that is no JSON is not', 'Rome', {}, false],
  ['outside the sample is not judged', 'Rome', { ends: '0001' }, null],
  ['of which nothing is promised is not judged', 'Rome', { isPromised: false }, null],
  ['that is streamed is not judged', 'Rome', { stream: true }, null],
])('an answer %s', async (_name, content, asked, expected) => {
  expect(await validOf(content, asked)).toEqual([expected]);
});
