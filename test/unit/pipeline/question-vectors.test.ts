import { expect, it } from 'vitest';
import { answerText } from '../../../protocol/answer-key.ts';
import { LOCAL_IDENTITY } from '../../../worker/core/identity/identity.ts';
import { readRequest } from '../../../worker/pipeline/ask.ts';
import { questionVectors } from '../../support/question-vectors.ts';
import { feature, TestRouter } from './support/router.ts';

const { aliases, default: defaultFeature, questions } = questionVectors;

const { deps, deployments } = new TestRouter();
const config = {
  ...deps.config,
  defaultFeature,
  features: new Map(Object.entries(aliases).map(([name, alias]) => [name, feature(name, { alias })])),
  aliases: new Map(Object.values(aliases).map((name) => [name, { name, deployments }])),
};

it.each(questions)('the router sees what the browser sees: $name', async ({ door, headers, body, ...vector }) => {
  const request = new Request('https://router.example/', { method: 'POST', headers, body });
  const asked = await readRequest(request, door, LOCAL_IDENTITY, { ...deps, config }, { background: () => {} });
  if (!asked.ok) throw new Error(JSON.stringify(asked.error));
  expect(asked.value.feature.name).toBe(vector.feature);
  expect(answerText(asked.value.chat)).toEqual({ ok: true, text: vector.text });
});
