/** `npm run budget`, as a person runs it, against a running router. */
import { userInfo } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { answered } from '../support/ask.ts';
import { CommandBench } from '../support/command.ts';

const bench = new CommandBench();
afterEach(() => bench.close());

test('set, refused, config’s again, show, adjust, reset, history', async () => {
  const { url, environment } = await bench.machine();
  await bench.run('start', environment).until('Admin key');
  const budget = async (...args: string[]) => {
    const command = bench.run('budget', environment, ...args);
    expect(await command.exited).toEqual({ code: 0, signal: null });
    return command.output;
  };
  const ana = ['--tenant', 'local', '--scope', 'user:ana'];
  const asAna = () => answered(url, { user: 'ana' });

  expect(await budget('set', ...ana, '--monthly-usd', '0.000001', '--rps', '50')).toContain(
    "Set by hand for user:ana of local: monthly $0.000001, rps 50\nIn force, with config's: monthly $0.000001, rps 50\n",
  );
  expect((await asAna()).error?.code).toBe('budget_exceeded');
  expect(await budget('set', ...ana, '--monthly-usd', 'config')).toContain('user:ana of local: rps 50\n');

  const answer = await asAna();
  expect(answer.status).toBe(200);
  const cost = `$${answer.header('x-carryon-cost-usd')}`;
  const shown = await budget('show');
  const month = new Date().toISOString().slice(0, 7);
  const inTable = (text: string) => text.replace(/ +/g, ' ');
  expect(inTable(shown)).toMatch(new RegExp(`^user:ana ${month} none \\${cost} `, 'm'));
  expect(inTable(shown)).toContain('\n user:ana rps 50\n');
  expect(inTable(shown)).toMatch(
    new RegExp(`^ ${month}-\\S+ \\S+Z \\${cost} tenant user:ana feature:chat key:local$`, 'm'),
  );
  const json = await budget('show', '--scope', 'user:ana', '--json');
  expect(JSON.parse(json.slice(json.indexOf('\n{')))).toMatchObject({
    tenant: 'local',
    scopes: [{ scope: 'user:ana', period: month, capMicroUsd: null }, { scope: 'user:ana' }],
    next: null,
  });

  const adjusted = await budget('adjust', ...ana, '--usd', '-0.25', '--period', month, '--who', 'ops');
  expect(adjusted).toContain(`user:ana of local, ${month}: spent ${cost} → $0 (it cannot go below $0)\n`);
  expect(await budget('reset', ...ana)).toMatch(/^user:ana of local, \S+-\d\d-\d\d: spent \$0\.\d+ → \$0$/m);
  const created = bench.run('keys', environment, 'create', '--tenant', 'local');
  await created.exited;
  const id = /Its id is (\w+)/.exec(created.output)?.[1] ?? '';
  const revoked = bench.run('keys', environment, 'revoke', id);
  expect(await revoked.exited).toMatchObject({ code: 0 });
  expect(revoked.output).toContain("Its tenant's ledger grants it nothing from now on");

  const history = inTable(await budget('history'));
  expect(history).toMatch(new RegExp(`^\\S+ \\S+Z ops user:ana spent ${month} \\${cost} → \\$0$`, 'm'));
  const me = userInfo().username;
  expect(history).toMatch(new RegExp(`^\\S+ \\S+Z ${me} key:${id} revoked no → yes$`, 'm'));
  expect(history).toMatch(new RegExp(`^\\S+ \\S+Z ${me} user:ana monthly config → \\$0\\.000001$`, 'm'));
  expect(history).toMatch(new RegExp(`^\\S+ \\S+Z ${me} user:ana monthly \\$0\\.000001 → config$`, 'm'));
});

test('a mistake: what is wrong, and what would be right', async () => {
  const { port, environment } = await bench.machine();
  const refused = async (...args: string[]) => {
    const command = bench.run('budget', environment, ...args);
    expect(await command.exited).toEqual({ code: 1, signal: null });
    expect(command.output).not.toMatch(/^\s+at /m);
    return /^error: (.*)$/m.exec(command.output)?.[1];
  };
  const nobody = `Nothing answers at http://localhost:${port}. Is it running (npm start), and are PORT or CARRYON_URL right?`;
  expect(await Promise.all([refused('show'), refused('make'), refused('set', '--tenant', 'a')])).toEqual([
    nobody,
    'There is no "make"; write one of show, set, reset, adjust, revoke, restore, history',
    '--scope is missing, such as tenant, user:ana or feature:chat',
  ]);
  await bench.run('start', environment).until('Admin key');
  const set = ['set', '--tenant', 'a', '--scope'];
  expect(
    await Promise.all([
      refused(...set, 'feature:chess', '--rps', '1'),
      refused(...set, 'tenant', '--daily-usd', '-1'),
      refused('reset', '--tenant', 'a', '--scope', 'tenant', '--period', '2026-13'),
    ]),
  ).toEqual([
    'scope: there is no such feature; write one of feature:chat, feature:summarize',
    'dailyUsd: write an amount in USD, 0 or more',
    'period: write a month such as 2026-11 or a day such as 2026-11-21',
  ]);
  const misspelt: [script: string, ...args: string[]][] = [
    ['budget', 'set', '--tenant', 'lokal', '--scope', 'tenant', '--rps', '5'],
    ['answers', 'purge', '--tenant', 'lokal'],
    ['incidents', 'open', '--title', 'slow', '--tenant', 'lokal'],
    ['route', 'fault', '--deployment', 'a', '--fault', 'slow', '--traffic', 'tenant:lokal', '--for', '1m'],
  ];
  const warned = misspelt.map(async ([script, ...args]) => {
    const command = bench.run(script, environment, ...args);
    expect(await command.exited).toMatchObject({ code: 0 });
    expect(command.output).toContain(
      'warning: neither config, a key nor a request names the tenant "lokal"; did you mean "local"? Write ',
    );
  });
  await Promise.all(warned);
});
