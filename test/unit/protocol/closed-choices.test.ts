/** What a client may put into a tool choice or a custom tool: names and a grammar, no addresses and no headers. */
import { expect, it } from 'vitest';
import { parseChat } from '../../../protocol/parse-chat.ts';
import { openai } from '../../../worker/providers/openai/adapter.ts';
import { target } from '../providers/chats.ts';

const EVIL = { server_url: 'https://evil.example/mcp', headers: { authorization: 'Bearer attacker' } };
const tools = [
  { type: 'function', function: { name: 'f' } },
  { type: 'custom', custom: { name: 'c' } },
];
const parse = (more: Record<string, unknown>) =>
  parseChat({ model: 'm', messages: [{ role: 'user', content: 'x' }], tools, ...more });
const allowing = (allowed: unknown[]) =>
  parse({ tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: allowed, ...EVIL }, ...EVIL } });
const sent = (parsed: ReturnType<typeof parse>) => {
  if (!parsed.ok) throw new Error(parsed.message);
  return openai.request(parsed.chat, target({ customTools: true }));
};

it('allowed tools keep their type and name, and what is left out is named', () => {
  const { body, dropped } = sent(
    allowing([
      { type: 'mcp', server_label: 'x', ...EVIL },
      { type: 'function', function: { name: 'f', ...EVIL }, ...EVIL },
      { type: 'custom', custom: { name: 'c' }, ...EVIL },
      { type: 'function' },
    ]),
  );
  expect(JSON.parse(body).tool_choice).toEqual({ type: 'allowed_tools', allowed_tools: { mode: 'auto', tools } });
  expect(body).not.toContain('evil.example');
  expect(dropped).toEqual(
    expect.arrayContaining(['tool_choice.allowed_tools.tools[]', 'tool_choice.allowed_tools.tools[].server_url']),
  );
});

it('allowed tools of other kinds alone are refused by name', () => {
  expect(allowing([{ type: 'mcp', ...EVIL }])).toMatchObject({ ok: false, param: 'tool_choice.allowed_tools.tools' });
});

it('a custom tool’s format is text or a grammar, and nothing else goes on', () => {
  const custom = (format: unknown) => parse({ tools: [{ type: 'custom', custom: { name: 'c', format } }] });
  const grammar = { syntax: 'lark', definition: 'start: "a"' };
  const formatOf = (format: unknown) => JSON.parse(sent(custom(format)).body).tools[0].custom.format;
  expect(formatOf({ type: 'text', ...EVIL })).toEqual({ type: 'text' });
  expect(formatOf({ type: 'grammar', grammar: { ...grammar, ...EVIL }, ...EVIL })).toEqual({
    type: 'grammar',
    grammar,
  });
  for (const format of [
    'x',
    { type: 'grammar' },
    { type: 'grammar', grammar: { syntax: 'lark' } },
    { type: 'mcp', ...EVIL },
  ]) {
    expect(custom(format)).toMatchObject({ ok: false, param: 'tools[0].custom.format' });
  }
});
