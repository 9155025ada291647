/** What a format cannot take is converted, named as dropped, or refused by name; no message of the client's vanishes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outgoing } from '../../../worker/providers/adapter.ts';
import { adapterFor } from '../../../worker/providers/formats.ts';
import { chat, target } from './chats.ts';

type Json = Record<string, unknown>;

const PDF = 'JVBERi0xLjQKJSVFT0YK';
const TEXT = Buffer.from('The lease ends in März 🏠.').toString('base64');
const data = (type: string, base64 = 'AAAA') => ({
  type: 'image_url',
  image_url: { url: `data:${type};base64,${base64}` },
});
const file = (fields: Json) => ({ type: 'file', file: fields });

/** A part, and how it is sent: in Anthropic's format, in OpenAI's, and in OpenAI's where config allows files. */
const PARTS: Readonly<Record<string, [part: Json, anthropic: string, openai: string, withFiles: string]>> = {
  text: [{ type: 'text', text: 'Read this.' }, 'text', 'text', 'text'],
  'a picture elsewhere': [
    { type: 'image_url', image_url: { url: 'https://a.example/b.png' } },
    'image',
    'image_url',
    'image_url',
  ],
  'a PNG': [data('image/png'), 'image', 'image_url', 'image_url'],
  'a picture in capitals': [data('IMAGE/JPEG'), 'image', 'image_url', 'image_url'],
  'a picture with a parameter': [data('image/webp;charset=utf-8'), 'image', 'image_url', 'image_url'],
  'an SVG': [data('image/svg+xml'), 'nothing', 'image_url', 'image_url'],
  'a BMP': [data('image/bmp'), 'nothing', 'image_url', 'image_url'],
  'a PDF as a picture': [data('application/pdf', PDF), 'document', 'nothing', 'file'],
  'a PDF in capitals': [data('Application/PDF', PDF), 'document', 'nothing', 'file'],
  'a text as a picture': [data('text/plain;charset=utf-8', TEXT), 'document', 'nothing', 'file'],
  'a PDF': [
    file({ filename: 'lease.pdf', file_data: `data:application/pdf;base64,${PDF}` }),
    'document',
    'nothing',
    'file',
  ],
  'a PDF without a data URL': [file({ file_data: PDF }), 'document', 'nothing', 'file'],
  'a text file': [
    file({ filename: 'a.md', file_data: `data:text/markdown;base64,${TEXT}` }),
    'document',
    'nothing',
    'file',
  ],
  'a text by its ending': [file({ filename: 'a.TXT', file_data: TEXT }), 'document', 'nothing', 'file'],
  'a picture as a file': [file({ file_data: 'data:image/png;base64,AAAA' }), 'image', 'nothing', 'file'],
  'a program': [file({ filename: 'a.exe', file_data: 'TVqQ' }), 'nothing', 'nothing', 'file'],
  'a file of an account': [file({ file_id: 'file-1' }), 'nothing', 'nothing', 'file'],
  sound: [{ type: 'input_audio', input_audio: { data: 'UklG', format: 'wav' } }, 'nothing', 'nothing', 'nothing'],
};

const ask = (format: 'openai' | 'anthropic', messages: unknown, allowParams: string[] = []): Outgoing =>
  adapterFor(format).request(chat({ messages }), target({}, { model: 'claude-opus-5-5', allowParams }));

const typesOf = (outgoing: Outgoing): string[] =>
  (JSON.parse(outgoing.body) as { messages: { content: string | Json[] }[] }).messages.flatMap(({ content }) =>
    typeof content === 'string' ? ['text'] : content.map(({ type }) => String(type)),
  );

const before = [
  { role: 'user', content: 'Hi, I am Juno.' },
  { role: 'assistant', content: 'Hello Juno!' },
];

describe.each(Object.entries(PARTS))('%s', (_name, [part, anthropic, openai, withFiles]) => {
  it.each([
    ['anthropic', [], anthropic],
    ['openai', [], openai],
    ['openai', ['file'], withFiles],
  ] as const)('alone in the last turn, for %s (%j): %s', (format, allowed, as) => {
    const outgoing = ask(format, [...before, { role: 'user', content: [part] }], [...allowed]);
    if (as === 'nothing') {
      expect(outgoing.unsendable).toMatchObject({ param: 'messages[2].content' });
      return;
    }
    expect(outgoing.unsendable).toBeUndefined();
    expect(outgoing.dropped).toEqual([]);
    expect(typesOf(outgoing)).toEqual(['text', 'text', as]);
  });

  it.each([
    ['anthropic', [], anthropic],
    ['openai', [], openai],
    ['openai', ['file'], withFiles],
  ] as const)('beside a text, for %s (%j): %s', (format, allowed, as) => {
    const outgoing = ask(
      format,
      [{ role: 'user', content: [{ type: 'text', text: 'What is it?' }, part] }],
      [...allowed],
    );
    expect(outgoing.unsendable).toBeUndefined();
    expect(typesOf(outgoing)).toEqual(as === 'nothing' ? ['text'] : ['text', as]);
    expect(outgoing.dropped).toEqual(as === 'nothing' ? [`messages[].content[].${part.type}`] : []);
  });
});

it('image/jpg is image/jpeg for everybody', () => {
  for (const format of ['openai', 'anthropic'] as const) {
    expect(ask(format, [{ role: 'user', content: [data('image/JPG')] }]).body).toMatch(/image\/jpeg/);
  }
});

describe('documents', () => {
  const contentOf = (part: Json, format: 'openai' | 'anthropic') =>
    JSON.parse(ask(format, [{ role: 'user', content: [part] }], ['file']).body).messages[0].content;

  it('a PDF keeps its bytes and its name', () => {
    const part = file({ filename: 'lease.pdf', file_data: `data:application/pdf;base64,${PDF}` });
    const source = { type: 'base64', media_type: 'application/pdf', data: PDF };
    expect(contentOf(part, 'anthropic')).toEqual([{ type: 'document', source, title: 'lease.pdf' }]);
    expect(contentOf(part, 'openai')).toEqual([part]);
  });

  it('a PDF that was given as a picture is a file at OpenAI', () => {
    const url = `data:application/pdf;base64,${PDF}`;
    expect(contentOf({ type: 'image_url', image_url: { url } }, 'openai')).toEqual([
      file({ filename: 'document.pdf', file_data: url }),
    ]);
  });

  it('a text that was given as a picture is no PDF at OpenAI', () => {
    const url = `data:text/plain;base64,${TEXT}`;
    expect(contentOf({ type: 'image_url', image_url: { url } }, 'openai')).toEqual([
      file({ filename: 'document.txt', file_data: url }),
    ]);
  });

  it.each([
    [`data:text/plain;base64,${TEXT}`, 'The lease ends in März 🏠.'],
    ['data:text/plain,A%20B', 'A B'],
  ])('a text is read: %s', (url, text) => {
    const source = { type: 'text', media_type: 'text/plain', data: text };
    expect(contentOf({ type: 'image_url', image_url: { url } }, 'anthropic')).toEqual([{ type: 'document', source }]);
  });

  it.each(['data:text/plain;base64,@@@', 'data:text/plain;base64,/w==', 'data:text/plain,%ff'])(
    'no text, though it says so, is refused by name: %s',
    (url) => {
      const outgoing = ask('anthropic', [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }]);
      expect(outgoing.unsendable?.param).toBe('messages[0].content');
    },
  );
});

describe("pictures in tools' results", () => {
  const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } });
  const picture = data('image/png');
  const history = [
    { role: 'user', content: 'Draw.' },
    { role: 'assistant', content: null, tool_calls: [call('call_1'), call('call_2'), call('call_3')] },
    { role: 'tool', tool_call_id: 'call_1', content: [{ type: 'text', text: 'done' }, picture] },
    { role: 'tool', tool_call_id: 'call_2', content: [picture] },
    { role: 'tool', tool_call_id: 'call_3', content: 'plain' },
  ];

  it("go into a user's message right after the results, for OpenAI", () => {
    for (const more of [[], [{ role: 'user', content: 'And now?' }]]) {
      const { messages } = JSON.parse(ask('openai', [...history, ...more]).body);
      expect(messages.slice(2)).toEqual([
        { role: 'tool', tool_call_id: 'call_1', content: [{ type: 'text', text: 'done' }] },
        { role: 'tool', tool_call_id: 'call_2', content: 'The result is in the next message.' },
        { role: 'tool', tool_call_id: 'call_3', content: 'plain' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'From tool call call_1:' },
            picture,
            { type: 'text', text: 'From tool call call_2:' },
            picture,
          ],
        },
        ...more,
      ]);
    }
  });

  it('stay where they are for Anthropic', () => {
    const { messages } = JSON.parse(ask('anthropic', history).body);
    expect(messages[2].content.map(({ content }: Json) => (content as Json[])[0]?.type)).toEqual([
      'text',
      'image',
      'text',
    ]);
  });

  it('a result of nothing that can be sent is refused by name', () => {
    const nothingFor = { openai: data('application/pdf', PDF), anthropic: data('image/svg+xml') };
    for (const format of ['openai', 'anthropic'] as const) {
      const content = [nothingFor[format]];
      const messages = [...history.slice(0, 2), { role: 'tool', tool_call_id: 'call_1', content }];
      expect(ask(format, messages).unsendable?.param).toBe('messages[2].content');
    }
  });
});

describe('what is empty, for Anthropic', () => {
  it.each([
    ['an empty message alone', [{ role: 'user', content: '' }], 'messages[0].content'],
    ['a blank one behind an answer', [...before, { role: 'user', content: ' \n' }], 'messages[2].content'],
    ['empty parts', [...before, { role: 'user', content: [{ type: 'text', text: '' }] }], 'messages[2].content'],
  ])('%s is refused by name, never replaced by other words', (_, messages, param) => {
    const outgoing = ask('anthropic', messages);
    expect(outgoing.unsendable).toMatchObject({ param });
    expect(outgoing.body).not.toContain('Continue');
    expect(ask('openai', messages).unsendable).toBeUndefined();
  });

  it.each([
    [
      'behind a message of the same role',
      [
        { role: 'user', content: 'Hi' },
        { role: 'user', content: '' },
      ],
    ],
    [
      'an empty answer at the end',
      [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: '' },
      ],
    ],
    ['only instructions', [{ role: 'system', content: 'Say hello.' }]],
    ['an answer at the end is continued', before],
    [
      'an answer first',
      [
        { role: 'assistant', content: 'How can I help?' },
        { role: 'user', content: 'Hi' },
      ],
    ],
  ])('%s: nothing is lost', (_, messages) => {
    const outgoing = ask('anthropic', messages);
    expect(outgoing.unsendable).toBeUndefined();
    expect(JSON.parse(outgoing.body).messages.length).toBeGreaterThan(0);
  });

  it('a wish for JSON does not stand in for what nobody asked', () => {
    const empty = chat({ messages: [{ role: 'user', content: '' }], response_format: { type: 'json_object' } });
    expect(adapterFor('anthropic').request(empty, target()).unsendable?.param).toBe('messages[0].content');
  });
});

/** Every message has a word of its own, so that it can be looked for. */
const someParts = fc.array(fc.constantFrom(...Object.values(PARTS).map(([part]) => part)), {
  minLength: 1,
  maxLength: 3,
});
const message = fc.oneof(
  fc.record({ role: fc.constant('user'), content: someParts }),
  fc.record({ role: fc.constantFrom('user', 'assistant', 'system', 'developer'), content: fc.constant('WORD') }),
  fc.record({ role: fc.constant('assistant'), refusal: fc.constant('WORD') }),
  fc.record({ role: fc.constant('assistant'), content: fc.constant([{ type: 'refusal', refusal: 'WORD' }]) }),
);

it.each(['openai', 'anthropic'] as const)('no message vanishes without a word: %s', (format) => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 5 }), fc.boolean(), (templates, files) => {
      const messages = templates.map((template, index) =>
        JSON.parse(JSON.stringify(template).replace('WORD', `word${index}`)),
      );
      const { body, dropped, unsendable } = ask(format, messages, files ? ['file'] : []);
      if (unsendable !== undefined) {
        expect(unsendable.param).toMatch(/^messages\[\d\]\.content$/);
        return;
      }
      const sent = JSON.parse(body);
      expect(sent.messages.length).toBeGreaterThan(0);
      for (const [index, { content }] of messages.entries()) {
        if (!Array.isArray(content) || content[0].type === 'refusal') expect(body).toContain(`word${index}`);
      }
      const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? content : [content ?? 'refusal']));
      const isNamed = dropped.length > 0;
      // Each part went out, or something was named.
      expect(isNamed || countIn(sent) >= parts.length).toBe(true);
    }),
    { numRuns: 500 },
  );
});

const countIn = ({ system = [], messages }: { system?: Json[]; messages: { content: string | Json[] }[] }): number =>
  system.length +
  messages.reduce((sum, { content }) => sum + (Array.isArray(content) ? Math.max(1, content.length) : 1), 0);
