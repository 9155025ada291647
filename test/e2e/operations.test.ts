/** Each command of docs/operations.md, docs/admin.md, docs/limits.md and docs/keys.md does what its page says, against a real router. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { adminCall } from '../../cli/admin-call.ts';
import { projectDirectory } from '../../cli/project.ts';
import { LOCAL_ADMIN_KEY, LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import { type Answered, admin, answered, cooldowns } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { CommandBench, commandEnvironment } from '../support/command.ts';
import { until } from '../support/until.ts';

const page = (name: string) => readFileSync(join(projectDirectory, 'docs', name), 'utf8');
const operations = page('operations.md');

/** From shell blocks, without their comments, and from between backticks. */
const commandsIn = (text: string): Set<string> =>
  new Set(
    [...text.matchAll(/^npm run [^\n#]*|`npm run [^`\n]*`/gm)].map(([found]) => found.replaceAll('`', '').trim()),
  );

const documented = commandsIn(operations);
const router = await startBench({ config: 'support' });
const commands = new CommandBench();
const directory = await mkdtemp(join(tmpdir(), 'carryon-operations-'));
const models = join(directory, 'models.json');
const [, json = ''] = /```json\n([\s\S]*?)```/.exec(operations) ?? [];
await writeFile(models, json);
afterAll(() => Promise.all([router.stop(), commands.close(), rm(directory, { recursive: true })]));

interface Ran {
  code: number | null;
  output: string;
}

const { scripts } = JSON.parse(readFileSync(join(projectDirectory, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** The script and its arguments, as a shell reads the command. */
function wordsOf(command: string): [script: string, args: string[]] {
  const [, script = '', rest = ''] = /^npm run (\S+)(?: -- (.*))?$/.exec(command) ?? [];
  const args = [...rest.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
  return [script, args.map((arg) => (arg === 'models.json' ? models : arg))];
}

const environment = { CARRYON_URL: router.url, ADMIN_KEY: LOCAL_ADMIN_KEY };

/** Runs what the command's script runs, but without npm and the set-up before it, which take most of the time. */
async function ran(command: string, variables: Record<string, string> = {}): Promise<Ran> {
  const [script, args] = wordsOf(command);
  const [, file = `no script ${script}`] =
    /^node cli\/setup\.mjs && node_modules\/\.bin\/node (\S+)$/.exec(scripts[script] ?? '') ?? [];
  const options = { cwd: projectDirectory, env: commandEnvironment({ ...environment, ...variables }) };
  return new Promise((resolve) => {
    const running = execFile(
      join(projectDirectory, 'node_modules', '.bin', 'node'),
      [file, ...args],
      options,
      (_, stdout, stderr) => resolve({ code: running.exitCode, output: stdout + stderr }),
    );
  });
}

const done = new Set<string>();
/** Requests that other tests have made. */
let [failedId, failedOverId] = ['', ''];

/** Runs the page's command word for word, with `id` in place of ID. */
async function run(command: string, id = 'ID'): Promise<string> {
  expect(documented).toContain(command);
  done.add(command);
  const { code, output } = await ran(command.replace(/\bID$/, id));
  expect([code, output]).toEqual([0, output]);
  return output;
}

const chat = (more: Parameters<typeof answered>[1] = {}): Promise<Answered> => answered(router.url, more);
const served = async () => {
  const answer = await chat();
  expect(answer.status).toBe(200);
  return [answer.header('x-carryon-deployment'), answer.header('x-carryon-mode') ?? 'normal'];
};
const model = async () => (JSON.parse((await chat()).raw) as { model: string }).model;
const list = () => run('npm run route -- list');

const PIN = 'npm run route -- pin --alias app/chat --deployment b --for 2h --reason "a is slow"';
const BYPASS = 'npm run route -- bypass --for 30m --reason "doubtful answers"';
const FAULT =
  'npm run route -- fault --deployment a --fault errors --traffic tenant:local --for 10m --reason "rehearsal"';
const ALIAS = 'npm run route -- alias --alias app/chat --list models.json --reason "cheaper models"';

test('a command comes through npm with its words as they were quoted', async () => {
  const [script, args] = wordsOf(PIN);
  const running = commands.run(script, environment, ...args);
  expect([(await running.exited).code, running.output]).toEqual([0, expect.stringMatching(/app\/chat asks b first/)]);
  expect(await list()).toContain('by root: "a is slow"');
  await run('npm run route -- unpin --alias app/chat');
});

test('a pinned deployment is asked first', async () => {
  expect(await list()).toContain('Nothing is set over config.\nNo deployment is in cooldown.');
  expect(await served()).toEqual(['a', 'normal']);
  expect(await run(PIN)).toMatch(/app\/chat asks b first until .* UTC \(2 h left\)\.\nIn force now .* within 60 s/);
  expect(await served()).toEqual(['b', 'normal']);
  expect(await list()).toMatch(/app\/chat → b {2}until .* UTC \(2 h left\), by root: "a is slow"/);
  expect(await run('npm run route -- unpin --alias app/chat')).toContain('app/chat is not pinned any more.');
  expect(await served()).toEqual(['a', 'normal']);
  expect(await run('npm run route -- unpin --alias app/chat')).toContain('was not pinned.');
});

test('bypass is one attempt at the first deployment, of one alias or of all', async () => {
  await run('npm run route -- bypass --alias app/chat --for 30m --reason "doubtful answers"');
  expect(await served()).toEqual(['a', 'bypass']);
  await run(BYPASS);
  await run('npm run route -- unbypass');
  expect(await served()).toEqual(['a', 'bypass']);
  await run('npm run route -- unbypass --alias app/chat');
  expect(await served()).toEqual(['a', 'normal']);
  await run(BYPASS);
  expect(await list()).toMatch(/all aliases {2}until .*: "doubtful answers"/);
  await router.sandbox.setFault(router.a, '503');
  const failed = await chat();
  expect([failed.status, failed.header('x-carryon-mode')]).toEqual([503, 'bypass']);
  failedId = failed.header('x-request-id') ?? '';
  await router.sandbox.setFault(router.a, null);
  await run('npm run route -- unbypass');
});

test('clear ends a cooldown', async () => {
  await router.sandbox.setFault(router.a, '401');
  failedOverId = (await chat()).header('x-request-id') ?? '';
  await until('a is in cooldown', async () => (await cooldowns(router.url, 'a')).length === 1);
  await router.sandbox.setFault(router.a, null);
  expect(await served()).toEqual(['b', 'normal']);
  expect(await list()).toMatch(/In cooldown:\n {2}a {2}until .* left\): bad_key/);
  expect(await run('npm run route -- clear --deployment a')).toContain('The cooldown of a is over.');
  expect(await served()).toEqual(['a', 'normal']);
});

test('an alias list brings other models and another order; undo takes it back, also an undo', async () => {
  const before = await model();
  await run(ALIAS);
  expect([await model(), ...(await served())]).toEqual(['other-model', 'b', 'normal']);
  expect(await list()).toContain(
    'app/chat: a = small-model (order 2, own price), b = other-model (order 1, own price)',
  );
  const undo = 'npm run route -- undo --alias app/chat';
  expect(await run(undo)).toMatch(/Undoing audit \d+: .*by root\n[\s\S]*config's own list again/);
  expect(await model()).toBe(before);
  await run(undo);
  expect(await model()).toBe('other-model');
  await run('npm run route -- unalias --alias app/chat');
  expect(await model()).toBe(before);
  const { output } = await ran(
    `npm run route -- alias --alias app/chat --deployment a=${before} --for 1m --reason "b out"`,
  );
  expect(output).toContain('It is the only one, so requests fail if it does.');
  expect((await ran('npm run route -- unalias --alias app/chat')).code).toBe(0);
});

test('a safeguard serves its feature, and a freeze is set, until they are ended', async () => {
  const SAFEGUARD = 'npm run route -- safeguard --feature support --for 2h --reason "a is down"';
  expect(await run(SAFEGUARD)).toMatch(/support is served by its safeguard until .* UTC \(2 h left\)\./);
  const asked = await chat({
    headers: { authorization: `Bearer ${LOCAL_CLIENT_KEY}`, 'x-carryon-feature': 'support' },
  });
  expect([asked.status, asked.header('x-carryon-mode')]).toEqual([200, 'safeguard']);
  expect(await served()).toEqual(['a', 'normal']);
  await run('npm run route -- freeze --for 2h --reason "an incident"');
  expect(await list()).toMatch(
    /Served by their safeguard:\n {2}support {2}until .*\nFrozen:\n {2}no promotion goes on {2}until /,
  );
  const ended = await run('npm run route -- unsafeguard --feature support');
  expect(ended).toContain('support is served normally again.');
  expect(await run('npm run route -- unfreeze')).toContain('The freeze is over.');
  expect(await list()).toContain('Nothing is set over config.');
});

test('a fault meets the traffic that was chosen', async () => {
  await run(FAULT);
  expect(await served()).toEqual(['b', 'drill']);
  expect(await list()).toMatch(/a: errors, traffic tenant:local {2}until .*: "rehearsal"/);
  await run('npm run route -- unfault --deployment a');
  expect(await served()).toEqual(['a', 'normal']);
  expect(await cooldowns(router.url)).toEqual([]);
});

test('an admin key sees what its scope lets it, until it is revoked', async () => {
  const created = await run('npm run keys -- create-admin --name ana --scope read');
  const ADMIN_KEY = /^ak-\S+$/m.exec(created)?.[0] ?? '';
  const [, id = ''] = /Its id is (\S+),/.exec(created) ?? [];
  expect(await run('npm run keys -- list-admin')).toMatch(new RegExp(`^${id} {2}"ana" {2}read {2}made`, 'm'));
  const asAna = (command: string) => ran(command, { ADMIN_KEY });
  expect(await asAna('npm run route -- list')).toMatchObject({ code: 0 });
  for (const refused of [PIN, 'npm run keys -- create-admin --name eve --scope operate']) {
    expect(await asAna(refused)).toMatchObject({ code: 1, output: expect.stringMatching(/error: .*read/) });
  }
  await run('npm run keys -- revoke-admin ID', id);
  expect(await asAna('npm run route -- list')).toMatchObject({ code: 1, output: expect.stringContaining('admin key') });
  expect(await run('npm run keys -- list-admin')).toContain('  revoked ');
});

test('limits and purges, and the audit of all of it', async () => {
  await run('npm run budget -- set --tenant acme --scope user:ana --daily-usd 1');
  await run('npm run answers -- purge --tenant acme --feature summarize');
  const shown = (await run('npm run audit')).match(/^\d+ {2}.* UTC \(.* ago\) {2}root {2}.*/gm) ?? [];
  expect(shown.length).toBeLessThanOrEqual(20);
  expect(shown[0]).toContain('summarize');
  expect(shown[1]).toContain('user:ana');
  const rows = JSON.parse(/^\[[\s\S]*^\]$/m.exec(await run('npm run audit -- --most 100 --json'))?.[0] ?? '') as {
    call: string;
  }[];
  for (const call of [
    'PUT /admin/pins/app%2Fchat',
    'DELETE /admin/bypass',
    'PUT /admin/faults/a',
    'POST /admin/admin-keys',
  ])
    expect(rows.map((row) => row.call)).toContain(call);
});

test('what is refused is said in the router’s own words', async () => {
  for (const [command, said] of [
    ['npm run route -- pin --alias app/chat --deployment c --for 2h --reason x', 'deployment'],
    ['npm run route -- pin --alias app/chatt --deployment b --for 2h --reason x', 'There is no alias "app/chatt"'],
    ['npm run route -- pin --alias app/chat --deployment b --for 31d --reason x', '30 days'],
    ['npm run route -- safeguard --feature chat --for 2h --reason x', 'has no safeguard'],
    ['npm run route -- clear --deployment c', 'There is no deployment "c"'],
    ['npm run route -- undo --alias app/other', 'The audit has no change of the list of app/other.'],
    ['npm run route -- fault --deployment a --fault slow --traffic all --for 1m', 'add --yes'],
  ] as const) {
    expect(await ran(command)).toMatchObject({ code: 1, output: expect.stringContaining(said) });
  }
  expect(await (await admin(router.url, 'overrides')).json()).toMatchObject({ pins: {}, faults: {} });
});

test('why says what became of a request, and of others why they are not there', async () => {
  const isKept = async (id: string) => (await admin(router.url, `requests/${id}`)).ok;
  await until('both are in the book', async () => (await isKept(failedId)) && (await isKept(failedOverId)));
  const failed = await run('npm run why -- ID', failedId);
  expect(failed).toMatch(/of the tenant local.*It asked for app\/chat/);
  expect(failed).toMatch(/An operator had set a bypass[\s\S]*1\. After .* it asked a .*server_error, HTTP 503/);
  expect(failed).toMatch(/refused with 503 \(providers_unavailable[\s\S]*It cost nothing\.[\s\S]*It counts as bad/);
  const { output } = await ran(`npm run why -- ${failedOverId}`);
  expect(output).toMatch(/it asked a .*bad_key, HTTP 401\)[\s\S]*so it failed over to b\.\n2\. After .* it asked b/);
  expect(output).toMatch(/answered in full, with 200[\s\S]*It counts as good/);
  const unknown = await ran('npm run why -- 019b76da-a800-7000-8000-0123456789ab');
  expect(unknown).toMatchObject({ code: 1, output: expect.stringContaining('requests are kept for 7 days') });
});

test('what fires is listed', async () => {
  expect(await run('npm run alerts -- firing')).toMatch(
    /^(No alert is firing\.|(page|ticket|incident) +(burn|threshold)\/)/,
  );
});

test('a report of this month has the requests so far, and documents come of the config', async () => {
  const month = new Date().toISOString().slice(0, 7);
  const reported = await ran(`npm run slo -- report --month ${month} --tenant local --out ${directory}`);
  expect(reported).toMatchObject({ code: 0, output: expect.stringContaining('Missed: chat-success') });
  const html = await readFile(join(directory, `${month}-local.html`), 'utf8');
  expect(html).toMatch(/<dt>requests<\/dt><dd>[1-9]\d*<\/dd>/);
  const generated = await ran(`npm run slo -- generate --out ${directory}`);
  expect(generated).toMatchObject({ code: 0, output: expect.stringContaining('sow-clause.md') });
});

test('no command of the page was left out', () => {
  expect([...documented].filter((command) => !done.has(command))).toEqual([]);
});

test('each command of docs/admin.md, docs/limits.md and docs/keys.md runs', async () => {
  const others = [...commandsIn(['admin.md', 'limits.md', 'keys.md'].map(page).join('\n'))].filter(
    (command) => !done.has(command) && !/ ID$/.test(command),
  );
  expect(others.length).toBeGreaterThan(13);
  for (const command of others) {
    const isTest = command === 'npm run alerts -- test'; // there are no webhooks
    expect([command, (await ran(command)).code]).toEqual([command, isTest ? 1 : 0]);
  }
});

test('calls that come faster than one key may make them wait their turn', async () => {
  const target = { url: router.url, adminKey: LOCAL_ADMIN_KEY, hint: '' };
  for (let calls = 0; calls < 75; calls++) await adminCall(target, 'GET', '/admin/openapi.json');
});

test('GET /admin/openapi.json describes the calls', async () => {
  const response = await admin(router.url, 'openapi.json');
  const { openapi, paths } = (await response.json()) as { openapi: string; paths: object };
  expect([response.status, openapi]).toEqual([200, '3.1.0']);
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining(['/admin/pins/{alias}', '/admin/overrides', '/admin/audit']),
  );
  const asClient = await fetch(`${router.url}/admin/openapi.json`, {
    headers: { authorization: `Bearer ${LOCAL_CLIENT_KEY}` },
  });
  expect(asClient.status).toBe(401);
});
