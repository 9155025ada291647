import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listedAlias, resolveAliasList } from '../../../../worker/core/config/alias-list.ts';
import { checkConfig } from '../../../../worker/core/config/check.ts';
import type { Alias, Config } from '../../../../worker/core/config/config.ts';
import { resolveConfig } from '../../../../worker/core/config/resolve.ts';
import type { ConfigInput } from '../../../../worker/core/config/schema.ts';
import { hidesTokens } from '../../../../worker/core/pricing/billed.ts';
import { knownPrice } from '../../../../worker/core/pricing/known-price.ts';
import { wholePrice } from '../../../../worker/core/pricing/whole-price.ts';
import type { ListedDeployment } from '../../../../worker/core/routing/overrides.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';

type DeploymentInput = ConfigInput['aliases'][string]['deployments'][number];

const OWN = { provider: 'openai-compatible', apiBase: 'OWN_API_BASE', key: 'OWN_KEY', price: { input: 1, output: 2 } };
const slotVariables = (slot: string, input: number) => ({
  [`SLOT_${slot}_API_BASE`]: 'https://slots.example.com/v1',
  [`SLOT_${slot}_KEY`]: `key-${slot}`,
  [`SLOT_${slot}_MODEL`]: `model-${slot.toLowerCase()}`,
  [`SLOT_${slot}_PRICE`]: JSON.stringify({ input, output: input + 1 }),
});
const VARIABLES = {
  OWN_API_BASE: 'https://models.example.com/v1',
  SILICON_API_BASE: 'https://api.siliconflow.com/v1',
  ...slotVariables('A', 3),
  ...slotVariables('B', 5),
  OWN_KEY: 'key-own',
  OPENAI_API_KEY: 'key-openai',
  ANTHROPIC_API_KEY: 'key-anthropic',
};

function configOf(deployments: DeploymentInput[], others: DeploymentInput[] = []): { config: Config; alias: Alias } {
  const input: ConfigInput = {
    aliases: { 'app/chat': { deployments }, ...(others.length > 0 && { 'app/other': { deployments: others } }) },
    features: { chat: {} },
    defaultFeature: 'chat',
  };
  const checked = checkConfig(input, PRESETS);
  if (!checked.ok) throw new Error(JSON.stringify(checked.error));
  const { config, missing } = resolveConfig(checked.value, VARIABLES, PRESETS);
  expect(missing).toEqual([]);
  const alias = config.aliases.get('app/chat');
  if (alias === undefined) throw new Error('no alias');
  return { config, alias };
}

function resolved(list: ListedDeployment[], deployments: DeploymentInput[], others?: DeploymentInput[]) {
  const { config, alias } = configOf(deployments, others);
  const reply = resolveAliasList(alias, list, config);
  if (!reply.ok) throw new Error(`${reply.error.param}: ${reply.error.detail}`);
  return { config, alias, deployments: reply.value.deployments, first: reply.value.deployments[0] };
}

function refused(list: ListedDeployment[], deployments: DeploymentInput[], others?: DeploymentInput[]) {
  const { config, alias } = configOf(deployments, others);
  const reply = resolveAliasList(alias, list, config);
  if (reply.ok) throw new Error('not refused');
  return reply.error;
}

const a: DeploymentInput = { ...OWN, id: 'a', model: 'model-a', order: 2, weight: 3, maxParallel: 7 };
const b: DeploymentInput = { ...OWN, id: 'b', model: 'model-b' };
const gpt: DeploymentInput = { id: 'gpt', provider: 'openai', model: 'gpt-5', price: { input: 9, output: 9 } };

describe('a list of deployments', () => {
  it('holds config’s deployments in the order of the list, each with what the list says of it', () => {
    const { deployments, alias } = resolved(
      [
        { id: 'b', model: 'model-b', order: 5, weight: 0.5 },
        { id: 'a', model: 'model-a' },
      ],
      [a, b],
    );
    const [ownA, ownB] = alias.deployments;
    expect(deployments).toEqual([{ ...ownB, order: 5, weight: 0.5 }, ownA]);
  });

  it('keeps provider, address, key, timers and places behind another model, and gives it a standing of its own', () => {
    const { first, alias } = resolved([{ id: 'a', model: 'model-z', price: { input: 3, output: 6 } }], [a, b]);
    const [own] = alias.deployments;
    expect(first).toEqual({
      ...own,
      model: 'model-z',
      price: wholePrice({ input: 3, output: 6 }, 'openai'),
      healthId: expect.stringMatching(/^a~[0-9a-f]{8}$/),
    });
    expect(first?.healthId).not.toBe(own?.healthId);
    // By config's own rule: the same as if a deploy had set that model.
    expect(first?.healthId).toBe(configOf([{ ...a, model: 'model-z' }, b]).alias.deployments[0]?.healthId);
  });

  it('keeps the standing where only price, order or weight change', () => {
    const { first, alias } = resolved([{ id: 'a', model: 'model-a', price: { input: 3, output: 6 }, order: 9 }], [a]);
    expect(first?.healthId).toBe(alias.deployments[0]?.healthId);
    expect(first?.price).toMatchObject({ input: 3, output: 6 });
  });
});

describe('what a listed model costs', () => {
  it('is what the call says, before what config says; what it leaves out is never cheaper than the list’s', () => {
    const said = { input: 0.01, output: 0.02 };
    const { first } = resolved([{ id: 'gpt', model: 'gpt-5.4', price: said }], [gpt]);
    const listed = knownPrice('https://api.openai.com/v1', 'gpt-5.4');
    expect(listed?.tiers).toHaveLength(1);
    expect(first?.price).toEqual(wholePrice(said, 'openai', listed));
  });

  it('is config’s own for its own model', () => {
    const { first, alias } = resolved([{ id: 'gpt', model: 'gpt-5' }], [gpt]);
    expect(first?.price).toEqual(alias.deployments[0]?.price);
  });

  it('is config’s where another alias has the same model there, before the list’s', () => {
    const other: DeploymentInput = { ...gpt, id: 'other', model: 'gpt-5-mini', price: { input: 7, output: 8 } };
    const { first, config } = resolved([{ id: 'gpt', model: 'gpt-5-mini' }], [gpt], [other]);
    expect(first?.price).toEqual(config.aliases.get('app/other')?.deployments[0]?.price);
  });

  it('is config’s where another slot has the same model at the same address', () => {
    const slots: DeploymentInput[] = ['A', 'B'].map((slot) => ({
      id: slot.toLowerCase(),
      fromEnvironment: `SLOT_${slot}`,
    }));
    const { first, alias } = resolved([{ id: 'a', model: 'model-b' }], slots);
    expect(first?.price).toEqual(alias.deployments[1]?.price);
    expect(first?.price).toMatchObject({ input: 5, output: 6 });
  });

  it('is the dearer, part by part, where config has it twice', () => {
    const one: DeploymentInput = { ...OWN, id: 'one', model: 'model-z', price: { input: 1, output: 8 } };
    const two: DeploymentInput = { ...OWN, id: 'two', model: 'model-z', price: { input: 2, output: 4 } };
    const { first } = resolved([{ id: 'a', model: 'model-z' }], [a], [one, two]);
    expect(first?.price).toMatchObject({ input: 2, output: 8 });
  });

  it.each([
    ['at another provider’s address', { ...gpt, id: 'other', model: 'model-z' }],
    ['at another address', { ...OWN, id: 'other', model: 'model-z', apiBase: 'OTHER_API_BASE' }],
  ])('is not config’s %s', (_, other) => {
    const { config, alias } = configOf([a]);
    const elsewhere = configOfOther(other);
    const joined = { aliases: new Map([...config.aliases, ['app/other', elsewhere]]) };
    const reply = resolveAliasList(alias, [{ id: 'a', model: 'model-z' }], joined);
    expect(reply).toMatchObject({ ok: false, error: { param: 'deployments.0.price' } });
  });

  it('is the list’s where config does not say', () => {
    const { first } = resolved([{ id: 'gpt', model: 'gpt-5-nano' }], [gpt]);
    expect(first?.price).toEqual(knownPrice('https://api.openai.com/v1', 'gpt-5-nano'));
    expect(first?.price).toMatchObject({ input: 0.05, output: 0.4 });
  });

  it('is demanded by name where neither config nor the list knows it', () => {
    expect(
      refused(
        [
          { id: 'a', model: 'model-a' },
          { id: 'gpt', model: 'gpt-99' },
        ],
        [a, gpt],
      ),
    ).toEqual({
      param: 'deployments.1.price',
      detail: expect.stringContaining('"gpt-99"'),
    });
  });

  it('must say what a search costs, of a model that bills each request', () => {
    const search = 'gpt-4o-search-preview';
    expect(knownPrice('https://api.openai.com/v1', search)).toBeDefined();
    const param = 'deployments.0.price.usdPerRequest';
    expect(refused([{ id: 'gpt', model: search }], [gpt])).toMatchObject({ param });
    expect(refused([{ id: 'gpt', model: search, price: { input: 1, output: 2 } }], [gpt])).toMatchObject({ param });
    const priced = { input: 1, output: 2, usdPerRequest: 0 };
    expect(resolved([{ id: 'gpt', model: search, price: priced }], [gpt]).first?.price.usdPerRequest).toBe(0);
  });

  it('keeps config’s fee for a model that bills each request where only its token prices are said', () => {
    const sonar: DeploymentInput = {
      ...OWN,
      id: 's',
      model: 'sonar',
      price: { input: 1, output: 2, usdPerRequest: 0.01 },
    };
    const { first } = resolved([{ id: 's', model: 'sonar', price: { input: 3, output: 4 } }], [sonar]);
    expect(first?.price).toMatchObject({ input: 3, output: 4, usdPerRequest: 0.01 });
  });
});

const configOfOther = (other: DeploymentInput): Alias => {
  const variables = { ...VARIABLES, OTHER_API_BASE: 'https://other.example.com/v1' };
  const checked = checkConfig(
    { aliases: { 'app/other': { deployments: [other] } }, features: { chat: {} }, defaultFeature: 'chat' },
    PRESETS,
  );
  if (!checked.ok) throw new Error(JSON.stringify(checked.error));
  const alias = resolveConfig(checked.value, variables, PRESETS).config.aliases.get('app/other');
  if (alias === undefined) throw new Error('no alias');
  return alias;
};

describe('what config says of a deployment, where the list names another model', () => {
  const chat = { model: 'app/chat', messages: [], rest: {} } as never;
  const price = { input: 1, output: 2 };

  it('does not make a model that thinks unseen one that shows everything', () => {
    const shows: DeploymentInput = { ...gpt, model: 'gpt-4o', hidesTokens: false };
    const { first, alias } = resolved([{ id: 'gpt', model: 'gpt-5' }], [shows]);
    expect(alias.deployments[0]).toMatchObject({ hidesTokens: false });
    expect(first && hidesTokens(chat, first)).toBe(true);
    expect(resolved([{ id: 'gpt', model: 'gpt-4o', order: 2 }], [shows]).first?.hidesTokens).toBe(false);
  });

  it('keeps what books more, and takes the host’s habits where those book more', () => {
    const careless = { thinkingBeyondCap: 0, tokensPerSecond: 50, goesOnWhenLeft: false, hidesTokens: true };
    const silicon = { ...OWN, apiBase: 'SILICON_API_BASE' };
    const { first } = resolved(
      [{ id: 'a', model: 'model-z', price }],
      [{ ...silicon, ...careless, id: 'a', model: 'm' }],
    );
    expect(first).toMatchObject({ thinkingBeyondCap: 32_768, tokensPerSecond: 2_000, hidesTokens: true });
    const careful = { thinkingBeyondCap: 50_000, tokensPerSecond: 9_000, goesOnWhenLeft: true };
    expect(resolved([{ id: 'a', model: 'model-z', price }], [{ ...a, ...careful }]).first).toMatchObject(careful);
  });

  const habit = fc.record(
    {
      hidesTokens: fc.boolean(),
      thinkingBeyondCap: fc.integer({ min: 0, max: 100_000 }),
      tokensPerSecond: fc.integer({ min: 1, max: 20_000 }),
      goesOnWhenLeft: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const model = fc.constantFrom(
    'gpt-4o',
    'gpt-5',
    'claude-sonnet-5',
    'claude-3-haiku',
    'o3',
    'qwen3',
    'sonar-deep-research',
  );

  it('never holds or books less than a deploy that names that model and says nothing of its habits', () => {
    const base = fc.constantFrom('OWN_API_BASE', 'SILICON_API_BASE');
    fc.assert(
      fc.property(habit, model, model, base, (habits, before, after, apiBase) => {
        fc.pre(before !== after);
        const listedPrice = { input: 3, output: 6, usdPerRequest: 0.01 };
        const written = { ...OWN, apiBase, id: 'a', price: listedPrice };
        const { first } = resolved(
          [{ id: 'a', model: after, price: listedPrice }],
          [{ ...written, ...habits, model: before }],
        );
        const [fresh] = configOf([{ ...written, model: after }]).alias.deployments;
        if (first === undefined || fresh === undefined) throw new Error('no deployment');
        const { hidesTokens: _, thinkingBeyondCap, tokensPerSecond, goesOnWhenLeft, ...same } = fresh;
        expect(first).toMatchObject(same);
        expect(first.thinkingBeyondCap).toBeGreaterThanOrEqual(thinkingBeyondCap);
        expect(first.tokensPerSecond).toBeGreaterThanOrEqual(tokensPerSecond);
        expect(first.goesOnWhenLeft || !goesOnWhenLeft).toBe(true);
        expect(hidesTokens(chat, first) || !hidesTokens(chat, fresh)).toBe(true);
      }),
    );
  });

  it('stays where the model is config’s own', () => {
    const said = { thinkingBeyondCap: 1, tokensPerSecond: 50, goesOnWhenLeft: false };
    expect(resolved([{ id: 'a', model: 'model-a', order: 3 }], [{ ...a, ...said }]).first).toMatchObject(said);
  });
});

describe('a list that is refused', () => {
  it.each([
    ['an id of another alias', [{ id: 'b', model: 'model-b' }], 'deployments.0.id', 'write a'],
    ['an id that is a property of objects', [{ id: '__proto__', model: 'model-b' }], 'deployments.0.id', 'write a'],
    [
      'one id twice',
      [
        { id: 'a', model: 'model-a' },
        { id: 'a', model: 'model-a' },
      ],
      'deployments.1.id',
      'twice',
    ],
    ['an empty list', [], 'deployments', 'list a deployment'],
  ])('has %s', (_, list, param, detail) => {
    expect(refused(list, [a], [b])).toEqual({ param, detail: expect.stringContaining(detail) });
  });

  it('suggests the id that was meant', () => {
    expect(refused([{ id: 'gtp', model: 'gpt-5' }], [gpt]).detail).toContain('did you mean "gpt"?');
  });
});

describe('the list as requests use it', () => {
  it('is worked out once, and again for another list', () => {
    const { config, alias } = configOf([a, b]);
    const list = [{ id: 'b', model: 'model-b', order: 3 }];
    const listed = listedAlias(alias, list, config);
    expect(listed.deployments.map(({ id, order }) => [id, order])).toEqual([['b', 3]]);
    expect(listedAlias(alias, list, config)).toBe(listed);
    expect(listedAlias(alias, structuredClone(list), config)).toEqual(listed);
  });

  it('leaves out what a deploy removed, or what has no known price any more', () => {
    const { config, alias } = configOf([a, b]);
    const list = [
      { id: 'gone', model: 'model-b' },
      { id: 'a', model: 'model-z' },
      { id: 'b', model: 'model-b' },
    ];
    expect(listedAlias(alias, list, config).deployments).toEqual([alias.deployments[1]]);
  });

  it('is config’s own alias where nothing of the list is left', () => {
    const { config, alias } = configOf([a, b]);
    expect(listedAlias(alias, [{ id: 'gone', model: 'model-b' }], config)).toBe(alias);
  });
});
