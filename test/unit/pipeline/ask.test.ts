import { describe, expect, it } from 'vitest';
import type { DoorName } from '../../../protocol/question.ts';
import type { Alias } from '../../../worker/core/config/config.ts';
import { type Identity, LOCAL_IDENTITY } from '../../../worker/core/identity/identity.ts';
import { aliasNames } from '../../../worker/endpoints/models.ts';
import { readRequest } from '../../../worker/pipeline/ask.ts';
import { personOf, type RoutedRequest } from '../../../worker/pipeline/request.ts';
import { TestRouter } from './support/router.ts';

const messages = [{ role: 'user', content: 'hello' }];
const { deps } = new TestRouter();

interface Asking {
  body?: unknown;
  headers?: Record<string, string>;
  door?: DoorName;
  identity?: Partial<Identity>;
}

async function ask({ body, headers = {}, door = 'chat-completions', identity }: Asking) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = new Request('https://router.example/', { method: 'POST', headers, body: text });
  return readRequest(request, door, { ...LOCAL_IDENTITY, ...identity }, deps, { background: () => {} });
}

const refusal = async (asking: Asking) => {
  const asked = await ask(asking);
  return asked.ok ? undefined : asked.error;
};
const accepted = async (asking: Asking): Promise<RoutedRequest> => {
  const asked = await ask(asking);
  if (!asked.ok) throw new Error(JSON.stringify(asked.error));
  return asked.value;
};

const body = { model: 'app/chat', messages };

describe('a body that cannot be read', () => {
  it.each<[string, string, object]>([
    ['empty', '', { code: 'invalid_json', detail: 'it is empty' }],
    ['blank', ' \n', { code: 'invalid_json', detail: 'it is empty' }],
    ['broken off', '{"model": "app/chat", "mess', { code: 'invalid_json' }],
    ['a stray character', '{"model": app/chat}', { code: 'invalid_json' }],
    ['a list', '[]', { code: 'invalid_body', detail: 'must be a JSON object' }],
    ['null', 'null', { code: 'invalid_body', detail: 'must be a JSON object' }],
    ['a text', '"hello"', { code: 'invalid_body', detail: 'must be a JSON object' }],
    ['no messages', '{"model":"app/chat"}', { code: 'invalid_body', param: 'messages' }],
    ['no model', JSON.stringify({ messages }), { code: 'invalid_body', param: 'model' }],
    ['a wrong type', JSON.stringify({ ...body, temperature: 'hot' }), { code: 'invalid_body', param: 'temperature' }],
    [
      'an unknown alias',
      JSON.stringify({ ...body, model: 'gpt-4' }),
      { code: 'unknown_alias', alias: 'gpt-4', known: ['app/chat'] },
    ],
    ['an inherited name', JSON.stringify({ ...body, model: 'constructor' }), { code: 'unknown_alias' }],
  ])('%s', async (_, text, error) => {
    expect(await refusal({ body: text })).toMatchObject(error);
  });

  it('is refused with the place where it breaks, never with what it says', async () => {
    const secret = '{"messages": [{"content": "my secret" "oops"}]}';
    const error = await refusal({ body: secret });
    expect(error).toMatchObject({ code: 'invalid_json' });
    expect(JSON.stringify(error)).not.toContain('secret');
    expect(JSON.stringify(error)).not.toContain('oops');
  });

  it('repeats no name at length', async () => {
    const long = 'x'.repeat(50_000);
    expect(JSON.stringify(await refusal({ body: { ...body, model: long } })).length).toBeLessThan(500);
    expect(
      JSON.stringify(await refusal({ body, headers: { 'x-carryon-feature': 'y'.repeat(5_000) } })).length,
    ).toBeLessThan(500);
  });
});

describe('size', () => {
  const withText = (content: string) => ({ model: 'app/chat', messages: [{ role: 'user', content }] });
  const limit = deps.config.router.maxBodyBytes;
  const frame = JSON.stringify(withText('')).length;
  const long = { type: 'text', text: 'a'.repeat(limit) };
  const tiny = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBO' } };
  const remote = { type: 'image_url', image_url: { url: `https://a.example/${'a'.repeat(1_000)}` } };
  const file = { type: 'file', file: { file_data: `data:application/pdf;base64,${'A'.repeat(limit)}` } };
  const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(limit)}` } };

  it.each<[string, unknown, boolean]>([
    ['at the limit', withText('a'.repeat(limit - frame)), true],
    ['a byte over it', withText('a'.repeat(limit - frame + 1)), false],
    ['counted in bytes, not in characters', withText('é'.repeat((limit - frame) / 2 + 1)), false],
    ['two bytes a character, at the limit', withText('é'.repeat(Math.floor((limit - frame) / 2))), true],
    ['as text beside a small picture', { ...withText(''), messages: [{ role: 'user', content: [tiny, long] }] }, false],
    [
      'in an unknown field beside a picture',
      { ...withText(''), messages: [{ role: 'user', content: [image] }], x: 'x'.repeat(limit) },
      false,
    ],
    ['beside a picture elsewhere', { ...withText(''), messages: [{ role: 'user', content: [remote, long] }] }, false],
    ['with a file, more', { ...withText(''), messages: [{ role: 'user', content: [file] }] }, true],
    ['with an image, more', { ...withText(''), messages: [{ role: 'user', content: [image] }] }, true],
  ])('%s', async (_, body, fits) => {
    expect(await refusal({ body })).toEqual(fits ? undefined : { code: 'payload_too_large', limitBytes: limit });
  });
});

describe('an address in a part', () => {
  const parts: [string, object][] = [
    ['image_url.url', { type: 'image_url', image_url: { url: 'http://169.254.169.254/latest' } }],
    ['file.file_data', { type: 'file', file: { file_data: 'https://10.0.0.5/a.pdf' } }],
    ['input_audio.data', { type: 'input_audio', input_audio: { data: 'http://localhost/a.mp3', format: 'mp3' } }],
  ];

  it.each(parts)('that is not public is refused: %s', async (field, part) => {
    const body = {
      model: 'app/chat',
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'user', content: [part] },
      ],
    };
    expect(await refusal({ body })).toMatchObject({ code: 'invalid_body', param: `messages[1].content[0].${field}` });
    const open = new TestRouter(undefined, { privateImageUrls: true });
    const request = new Request('https://router.example/', { method: 'POST', body: JSON.stringify(body) });
    expect(
      (await readRequest(request, 'chat-completions', LOCAL_IDENTITY, open.deps, { background: () => {} })).ok,
    ).toBe(true);
  });

  it('that no provider has to fetch passes', async () => {
    const content = [
      { type: 'image_url', image_url: { url: 'https://a.example/cat.png' } },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBO' } },
      { type: 'file', file: { file_data: 'data:application/pdf;base64,JVBE' } },
      { type: 'input_audio', input_audio: { data: '//uQxAAA', format: 'mp3' } },
    ];
    expect(await refusal({ body: { model: 'app/chat', messages: [{ role: 'user', content }] } })).toBeUndefined();
  });
});

describe('the short form', () => {
  it.each<[string, object, object]>([
    ['a prompt', { prompt: 'hello' }, { alias: 'app/chat', feature: 'chat' }],
    ['with its feature', { prompt: 'hello', feature: 'summarize' }, { alias: 'app/chat', feature: 'summarize' }],
    [
      'a prompt, and null for what is not given',
      { prompt: 'hello', messages: null, model: null, feature: null },
      { alias: 'app/chat', feature: 'chat' },
    ],
    ['the long form, without a prompt', { prompt: null, messages }, { alias: 'app/chat', feature: 'chat' }],
    ['the long form, without a model', { messages }, { alias: 'app/chat', feature: 'chat' }],
    ['the long form, with all', { ...body, feature: 'summarize' }, { alias: 'app/chat', feature: 'summarize' }],
  ])('%s', async (_, body, { alias, feature }: { alias?: string; feature?: string }) => {
    const asked = await accepted({ body, door: 'ai' });
    expect({ alias: asked.alias.name, feature: asked.feature.name }).toEqual({ alias, feature });
    expect(asked.chat.messages).toEqual(messages);
    expect(asked.chat.rest).toEqual({});
  });

  it.each<[string, object]>([
    ['both', { prompt: 'hello', messages }],
    ['neither', {}],
    ['neither, with null for both', { prompt: null, messages: null }],
    ['an empty prompt', { prompt: '' }],
    ['a prompt that is no text', { prompt: ['hello'] }],
  ])('%s', async (_, body) => {
    expect(await refusal({ body, door: 'ai' })).toMatchObject({ code: 'invalid_body', param: 'prompt' });
  });

  it('is not accepted by /v1/chat/completions', async () => {
    expect(await refusal({ body: { model: 'app/chat', prompt: 'hello' } })).toMatchObject({
      code: 'invalid_body',
      param: 'messages',
    });
  });
});

describe('the feature', () => {
  const featureOf = async (asking: Asking) => {
    const asked = await ask(asking);
    return asked.ok ? asked.value.feature.name : asked.error.code;
  };

  it.each<[string, Asking, string]>([
    ['is the default', { body }, 'chat'],
    ['is named by the header', { body, headers: { 'x-carryon-feature': 'summarize' } }, 'summarize'],
    ['is named by metadata', { body: { ...body, metadata: { feature: 'summarize' } } }, 'summarize'],
    [
      'header before metadata',
      { body: { ...body, metadata: { feature: 'summarize' } }, headers: { 'x-carryon-feature': 'chat' } },
      'chat',
    ],
    [
      'header before body',
      { body: { prompt: 'x', feature: 'summarize' }, door: 'ai', headers: { 'x-carryon-feature': 'chat' } },
      'chat',
    ],
    ['null counts as not named', { body: { ...body, metadata: null } }, 'chat'],
    ['is not known', { body, headers: { 'x-carryon-feature': 'sumarize' } }, 'unknown_feature'],
    ['is no inherited name', { body, headers: { 'x-carryon-feature': 'toString' } }, 'unknown_feature'],
    ['is no text', { body: { prompt: 'x', feature: 7 }, door: 'ai' }, 'invalid_body'],
    [
      'a key may use',
      { body, identity: { features: ['summarize'] }, headers: { 'x-carryon-feature': 'summarize' } },
      'summarize',
    ],
    ['a key’s first, where the default is not its', { body, identity: { features: ['summarize'] } }, 'summarize'],
    [
      'a key may not use',
      { body, identity: { features: ['summarize'] }, headers: { 'x-carryon-feature': 'chat' } },
      'feature_not_allowed',
    ],
    [
      'a key may not use, known or not',
      { body, identity: { features: ['chat'] }, headers: { 'x-carryon-feature': 'secret-project' } },
      'feature_not_allowed',
    ],
  ])('%s', async (_, asking, result) => {
    expect(await featureOf(asking)).toBe(result);
  });

  it('that is refused lists what is allowed, not what there is', async () => {
    const error = await refusal({
      body,
      identity: { features: ['chat'] },
      headers: { 'x-carryon-feature': 'summarize' },
    });
    expect(error).toEqual({ code: 'feature_not_allowed', feature: 'summarize', allowed: ['chat'] });
  });
});

describe('the alias', () => {
  it('of a page is its feature’s: it cannot pick a dearer one', async () => {
    const router = new TestRouter();
    const dear: Alias = { name: 'app/dear', deployments: router.deployments };
    Object.assign(router.deps.config, { aliases: new Map([...router.deps.config.aliases, ['app/dear', dear]]) });
    const asked = (kind: Identity['kind']) =>
      readRequest(
        new Request('https://router.example/', {
          method: 'POST',
          body: JSON.stringify({ ...body, model: 'app/dear' }),
        }),
        'chat-completions',
        { ...LOCAL_IDENTITY, kind },
        router.deps,
        { background: () => {} },
      );
    expect(await asked('secret')).toMatchObject({ ok: true, value: { alias: dear } });
    const error = { code: 'unknown_alias', alias: 'app/dear', known: ['app/chat'] };
    expect(await asked('publishable')).toEqual({ ok: false, error });
    expect(await asked('token')).toEqual({ ok: false, error });
    const names = (kind: Identity['kind']) => aliasNames(router.deps.config, { ...LOCAL_IDENTITY, kind });
    expect(names('secret')).toEqual(['app/chat', 'app/dear']);
    for (const kind of ['publishable', 'token'] as const) expect(names(kind)).toEqual(['app/chat']);
  });
});

describe('the user', () => {
  const publishable: Partial<Identity> = { kind: 'publishable', browser: false };
  const token: Partial<Identity> = { kind: 'token', user: 'ann', browser: false };
  it.each<[string, Asking, string | null]>([
    ['nobody', { body }, null],
    ['the header’s', { body, headers: { 'x-carryon-user': 'ann' } }, 'ann'],
    ['the body’s', { body: { ...body, user: 'ann' } }, 'ann'],
    ['both the same', { body: { ...body, user: 'ann' }, headers: { 'x-carryon-user': 'ann' } }, 'ann'],
    ['the key’s', { body, identity: { user: 'bob' } }, 'bob'],
    ['the key’s, named', { body: { ...body, user: 'bob' }, identity: { user: 'bob' } }, 'bob'],
    ['nobody’s beside an empty header', { body, headers: { 'x-carryon-user': '' } }, null],
    ['the body’s beside an empty header', { body: { ...body, user: 'ann' }, headers: { 'x-carryon-user': '' } }, 'ann'],
    [
      'the header’s beside an empty field',
      { body: { ...body, user: '' }, headers: { 'x-carryon-user': 'ann' } },
      'ann',
    ],
    ['a name in any script', { body: { ...body, user: 'Nguyễn Thị Ánh' } }, 'Nguyễn Thị Ánh'],
    ['a token’s', { body, identity: token }, 'ann'],
    [
      'a token’s, named',
      { body: { ...body, user: 'ann' }, headers: { 'x-carryon-user': 'ann' }, identity: token },
      'ann',
    ],
    ['a publishable key’s', { body, identity: { ...publishable, user: 'page' } }, 'page'],
    // As curl and Go send it, which plain workerd reads as Latin-1; then as fetch sends it.
    ['the header’s, in UTF-8 bytes', { body, headers: { 'x-carryon-user': 'JosÃ©' } }, 'José'],
    ['the header’s, in Latin-1', { body, headers: { 'x-carryon-user': 'José' } }, 'José'],
    ['the body’s, in two characters', { body: { ...body, user: 'Jose\u0301' } }, 'José'],
    [
      'the same in both, written in two ways',
      { body: { ...body, user: 'Jose\u0301' }, headers: { 'x-carryon-user': 'JosÃ©' } },
      'José',
    ],
    [
      'the key’s, written in another way',
      { body: { ...body, user: 'Jose\u0301' }, identity: { user: 'José' } },
      'José',
    ],
    ['the key’s, which was made in two characters', { body, identity: { user: 'Jose\u0301' } }, 'José'],
  ])('is %s', async (_, asking, user) => {
    expect((await accepted(asking)).user).toBe(user);
  });

  it.each<[string, Asking, string]>([
    ['two different', { body: { ...body, user: 'ann' }, headers: { 'x-carryon-user': 'bob' } }, 'conflicting_user'],
    ['not the key’s', { body: { ...body, user: 'ann' }, identity: { user: 'bob' } }, 'conflicting_user'],
    ['too long', { body: { ...body, user: 'a'.repeat(257) } }, 'invalid_user'],
    ['with a line break', { body: { ...body, user: 'ann\nbob' } }, 'invalid_user'],
    ['with a control character', { body: { ...body, user: 'ann\u0085' } }, 'invalid_user'],
    ['in bytes that are no UTF-8', { body: { ...body, user: 'Jos\ufffd' } }, 'invalid_user'],
    ['in a header that is no UTF-8', { body, headers: { 'x-carryon-user': 'JosÃ©ï¿½' } }, 'invalid_user'],
    ['with a tab in the header', { body, headers: { 'x-carryon-user': 'ann\tbob' } }, 'invalid_user'],
    ['another than the token’s', { body: { ...body, user: 'bob' }, identity: token }, 'user_not_allowed'],
    [
      'another than the token’s, by header',
      { body, headers: { 'x-carryon-user': 'bob' }, identity: token },
      'user_not_allowed',
    ],
    ['asserted without a secret key', { body: { ...body, user: 'ann' }, identity: publishable }, 'user_not_allowed'],
    [
      'asserted by header without a secret key',
      { body, headers: { 'x-carryon-user': 'ann' }, identity: publishable },
      'user_not_allowed',
    ],
  ])('is refused: %s', async (_, asking, code) => {
    expect(await refusal(asking)).toMatchObject({ code });
  });

  it('is told apart by tenant too', async () => {
    const person = async (tenant: string, user?: string) =>
      personOf(await accepted({ body: { ...body, user }, identity: { tenant } }));
    const people = [await person('a', 'x'), await person('b', 'x'), await person('a'), await person('b')];
    expect(new Set(people).size).toBe(4);
  });
});
