import { describe, expect, it } from 'vitest';
import { type Identity, LOCAL_IDENTITY } from '../../../worker/core/identity/identity.ts';
import { featureList } from '../../../worker/endpoints/features.ts';
import { readRequest } from '../../../worker/pipeline/ask.ts';
import { feature, TestRouter } from '../pipeline/support/router.ts';

const router = () => {
  const { deps } = new TestRouter();
  const features = new Map([
    ['chat', feature('chat')],
    ['summarize', feature('summarize', { alias: 'app/cheap', resume: false, travelTtlSeconds: 0 })],
  ]);
  return { ...deps, config: { ...deps.config, features } };
};

const listed = (identity: Partial<Identity> = {}, deps = router()) =>
  featureList({ ...LOCAL_IDENTITY, ...identity }, deps);

describe('GET /ai/features', () => {
  it('lists what travel mode has to know of each feature', async () => {
    expect(await listed()).toEqual({
      features: {
        chat: { resume: true, travelTtlSeconds: 604_800, generation: 0, alias: 'app/chat' },
        summarize: { resume: false, travelTtlSeconds: 0, generation: 0, alias: 'app/cheap' },
      },
      default: 'chat',
    });
  });

  it.each<[string, readonly string[] | null, string[], string | null]>([
    ['all', null, ['chat', 'summarize'], 'chat'],
    ['one that is not the default', ['summarize'], ['summarize'], 'summarize'],
    ['both, the default last', ['summarize', 'chat'], ['summarize', 'chat'], 'chat'],
    ['one that config no longer has, and another', ['gone', 'summarize'], ['summarize'], 'summarize'],
    ['none that config has', ['gone'], [], null],
    ['none', [], [], null],
  ])('names only those that the credential may use: %s', async (_, features, names, fallback) => {
    for (const kind of ['secret', 'publishable'] as const) {
      const list = await listed({ features, kind });
      expect([Object.keys(list.features), list.default]).toEqual([names, fallback]);
    }
  });

  it('asks for the generations one after the other, and leaves out what cannot be told', async () => {
    const asked: string[] = [];
    let running = 0;
    const deps = router();
    const answers = {
      ...deps.answers,
      generation: async (tenant: string, name: string) => {
        asked.push(`${tenant} ${name} ${++running}`);
        await Promise.resolve();
        running--;
        return name === 'chat' ? undefined : 3;
      },
    };
    const { features } = await listed({ tenant: 'acme' }, { ...deps, answers } as typeof deps);
    expect(asked).toEqual(['acme chat 1', 'acme summarize 1']);
    expect(features.chat).toEqual({ resume: true, travelTtlSeconds: 604_800, alias: 'app/chat' });
    expect(features.summarize?.generation).toBe(3);
  });

  it('has the default of a request that names no feature', async () => {
    const { deps } = new TestRouter();
    for (const features of [null, ['summarize'], ['gone', 'summarize'], ['summarize', 'chat']]) {
      const identity = { ...LOCAL_IDENTITY, features };
      const request = new Request('https://router.example/', { method: 'POST', body: '{"prompt":"hello"}' });
      const asked = await readRequest(request, 'ai', identity, deps, { background: () => {} });
      const list = await featureList(identity, deps);
      expect(asked.ok && asked.value.feature.name).toBe(list.default);
    }
  });
});
