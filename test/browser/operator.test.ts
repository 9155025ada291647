/** The operator page at `/operator`, on the router's own figures: what it says of them, and that what is set there is in force. */
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { patiently } from '../support/patiently.ts';
import { until } from '../support/until.ts';
import { violationsOf } from './support/axe.ts';
import { ADMIN_KEY } from './support/bench.ts';
import { callRouter } from './support/call-router.ts';
import { startDemoBench } from './support/demo-bench.ts';
import { watchedPage } from './support/watched-page.ts';

const bench = await startDemoBench(
  {
    features: {
      chat: { alias: 'app/chat', resume: true, onExceed: 'degrade', safeguard: { maxOutputTokens: 64 } },
      summarize: { alias: 'app/chat' },
    },
    tenants: { acme: { limits: { monthlyUsd: 200, dailyUsd: 20 } }, hooli: {} },
    slo: { service: 'Support of Acme', objectives: [{ name: 'chat-success', feature: 'chat', target: 60 }] },
  },
  { a: 'gpt-5-mini', b: 'claude-haiku-4-5' },
);
const contexts: BrowserContext[] = [];
afterEach(() => Promise.all(contexts.splice(0).map((context) => context.close())));
afterAll(() => bench.stop());

const api = <Reply>(method: string, path: string, body?: object, key = ADMIN_KEY): Promise<Reply> =>
  callRouter(`${bench.routerUrl}/admin/${path}`, method, key, body);

let clientKey = '';
async function ask(prompt: string, feature = 'chat'): Promise<Response> {
  const response = await fetch(`${bench.routerUrl}/ai`, {
    method: 'POST',
    headers: { authorization: `Bearer ${clientKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ prompt, feature, user: 'ana', stream: true }),
  });
  await response.text();
  return response;
}

/** Six requests, two of them failed over; and then the book has them. */
let failedOver = '';
beforeAll(async () => {
  clientKey = (await api<{ key: string }>('POST', 'keys', { tenant: 'acme', name: 'web-backend' })).key;
  for (const one of ['one', 'two', 'three']) await ask(one);
  await ask('four', 'summarize');
  bench.a.set({ status: 503 });
  for (const one of ['five', 'six']) failedOver = (await ask(one)).headers.get('x-request-id') ?? '';
  bench.a.reset();
  await until(
    'the book has the requests',
    async () => (await api<{ requests: unknown[] }>('GET', 'requests?tenant=acme')).requests.length >= 6,
  );
}, 120_000);

interface Opened {
  page: Page;
  /** What the console said, and what the policy stopped. */
  trouble(): Promise<string[]>;
}

async function open(options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await bench.adopt(await bench.browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options }));
  contexts.push(context);
  const { page, said, stopped } = await watchedPage(context);
  await page.goto(`${bench.line.origin}/operator`);
  return { page, trouble: async () => [...said, ...(await stopped())] };
}

async function signIn(page: Page, key = ADMIN_KEY): Promise<void> {
  await page.getByLabel('Admin key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

async function signedIn(options: BrowserContextOptions = {}, key = ADMIN_KEY): Promise<Opened> {
  const opened = await open(options);
  await signIn(opened.page, key);
  await opened.page.getByRole('navigation', { name: 'Views' }).waitFor();
  return opened;
}

/** A key's rate is its own. With a key that other pages have used, the console would have their 429s. */
const ownKey = async (): Promise<string> =>
  (await api<{ key: string }>('POST', 'admin-keys', { name: 'bo', scope: 'operate' })).key;

const view = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name, exact: true }).click();
const card = (page: Page, name: string | RegExp) => page.getByRole('region', { name });
const settled = (page: Page) => page.locator('.loading').first().waitFor({ state: 'detached' });

describe('signing in', () => {
  test('a wrong key, a client’s key and no key are told apart, and the field says so', async () => {
    const { page } = await open();
    const said = page.getByRole('alert');
    await signIn(page, '');
    expect(await said.textContent()).toBe('Enter an admin key.');
    for (const key of ['ak-0123456789abcdef', clientKey]) {
      await signIn(page, key);
      await page.getByText('This is not an admin key of this router, or it was revoked.').waitFor();
    }
    expect(await page.getByLabel('Admin key').getAttribute('aria-invalid')).toBe('true');
    expect(await violationsOf(page)).toEqual([]);
  });

  test('the key is in no attribute, address or storage, and a reload asks for it again', async () => {
    const { page } = await signedIn();
    await settled(page);
    const found = await page.evaluate(async (key) => {
      const stored = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie, location.href];
      const databases = await indexedDB.databases();
      return [document.documentElement.outerHTML, ...stored, JSON.stringify(databases)].some((text) =>
        text.includes(key),
      );
    }, ADMIN_KEY);
    expect(found).toBe(false);
    await page.reload();
    await page.getByLabel('Admin key').waitFor();
    await signIn(page);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Admin key').waitFor();
    expect(await page.getByText('Support of Acme').count()).toBe(0);
  });

  test('a key that may only see has its buttons greyed out with the reason, and a revoked one is signed out', async () => {
    const { id, key } = await api<{ id: string; key: string }>('POST', 'admin-keys', { name: 'ana', scope: 'read' });
    const { page } = await signedIn({}, key);
    await view(page, 'Routing');
    const pin = page.getByRole('button', { name: 'Pin app/chat to a deployment' });
    await pin.waitFor();
    expect(await pin.isDisabled()).toBe(true);
    expect(await page.locator('#scope-note').textContent()).toBe(', who may see and change nothing (scope read)');
    expect(await pin.getAttribute('aria-describedby')).toBe('scope-note');
    await api('DELETE', `admin-keys/${id}`);
    await view(page, 'Audit');
    await page.getByText('You were signed out. This is not an admin key of this router, or it was revoked.').waitFor();
  });

  test('nothing of the demo runs on it, and no page may frame it', async () => {
    const response = await fetch(`${bench.routerUrl}/operator`);
    const html = await response.text();
    expect(html).not.toMatch(/demo-assets|travel\.js|manifest/);
    expect(response.headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'/);
    expect(response.headers.get('content-security-policy')).not.toMatch(/unsafe/);
  });
});

describe('promises', () => {
  test('have the API’s values, and each plot has data, in its table too', async () => {
    const { page, trouble } = await signedIn({}, await ownKey());
    await page.locator('.promise').first().waitFor();
    const { objectives } = await api<{ objectives: { good: number; total: number; value: number }[] }>('GET', 'slo');
    const [told] = objectives;
    expect(told).toMatchObject({ good: told?.total, value: 1 });
    expect(await page.locator('.promise').first().locator('.promise-value b').textContent()).toBe('100 %');
    expect(await page.locator('.headline').textContent()).toBe('The one promise with requests is kept.');

    const budget = card(page, /^Error budget/);
    await budget.getByRole('button', { name: 'Show as a table' }).click();
    const history = await api<{ points: { budgetRemaining: number | null }[] }>(
      'GET',
      'slo/history?objective=chat-success&window=30d',
    );
    const cells = await budget
      .locator('td[data-value]')
      .evaluateAll((all) => all.map((one) => Number(one.getAttribute('data-value'))));
    expect(cells.toReversed()).toEqual(history.points.flatMap(({ budgetRemaining }) => budgetRemaining ?? []));
    expect(cells.length).toBeGreaterThan(0);

    const times = card(page, /^First token/);
    const durations = await api<{ ttftMs: { p95: number | null }[] }>('GET', 'slo/durations?feature=chat&window=30d');
    const p95 = durations.ttftMs.findLast((point) => point.p95 !== null)?.p95 ?? -1;
    await times.getByRole('button', { name: 'Show as a table' }).click();
    // Columns are p99, p95, p50; the newest row is the first.
    const shown = times.locator('tbody tr').first().locator('td').nth(1);
    expect(Number(await shown.getAttribute('data-value'))).toBe(p95);
    for (const plot of [budget, times]) expect(await plot.locator('.plot-dot, .plot-line').count()).toBeGreaterThan(0);
    expect(await trouble()).toEqual([]);
  });

  test('a plot is read by keyboard', async () => {
    const { page } = await signedIn();
    const reader = page.getByRole('slider', { name: /^Error budget left/ });
    await reader.focus();
    await reader.press('Home');
    const first = await reader.getAttribute('aria-valuetext');
    await reader.press('End');
    expect(first).toMatch(/: no data$/);
    expect(await reader.getAttribute('aria-valuetext')).toMatch(/: left 100 %$/);
    await page.locator('.plot-tip').first().waitFor();
    await reader.press('Escape');
    expect(await page.locator('.plot-tip').count()).toBe(0);
  });
});

test('a request that failed over is found by its outcome, and its receipt says why', async () => {
  const { page, trouble } = await signedIn({}, await ownKey());
  await view(page, 'Requests');
  await page.getByRole('searchbox').fill('tenant:acme outcome:failed-over');
  await page.getByRole('searchbox').press('Enter');
  await page.getByText(/of the \d+ newest match/).waitFor();
  const rows = page.locator('.requests tbody tr');
  const { requests } = await api<{ requests: { hops: number }[] }>('GET', 'requests?tenant=acme');
  expect(await rows.count()).toBe(requests.filter(({ hops }) => hops > 0).length);

  await page.getByRole('searchbox').fill(failedOver);
  await page.getByRole('searchbox').press('Enter');
  await page.getByRole('heading', { name: 'Served by b after a failed' }).waitFor();
  const text = await page.getByText(/^a answered 503/).textContent();
  expect(text).toMatch(/^a answered 503 .*; b’s first word came \d+ ms after it was asked\. $/);
  expect(
    await page
      .getByRole('list', { name: /^Attempts over/ })
      .getByRole('listitem')
      .count(),
  ).toBe(3);

  await page.getByRole('searchbox').fill('colour:red');
  await page.getByRole('searchbox').press('Enter');
  await page.getByText('There is no field “colour”.').waitFor();
  expect(await trouble()).toEqual([]);
});

test('money has the ledger’s figures, and a limit that is set here refuses the next request', async () => {
  const { page, trouble } = await signedIn({}, await ownKey());
  await view(page, 'Money');
  await page.getByRole('combobox', { name: 'tenant' }).fill('acme');
  await page.getByRole('combobox', { name: 'tenant' }).press('Enter');
  const money = await api<{ spentUsd: number; where: { costUsd: number }[] }>('GET', 'money?tenant=acme');
  await page.getByRole('heading', { name: `$${money.spentUsd.toFixed(4)} of $200 this month` }).waitFor();
  const spent = card(page, /of \$200 this month/);
  await spent.getByRole('button', { name: 'Show as a table' }).click();
  const last = await spent
    .locator('tbody tr td[data-value]')
    .evaluateAll((all) => all.map((one) => Number(one.getAttribute('data-value'))));
  expect(Math.max(...last)).toBeGreaterThanOrEqual(money.spentUsd);
  expect(await card(page, 'Where it went').locator('tbody tr').count()).toBe(money.where.length);

  await page.getByRole('button', { name: 'Change the limits of tenant acme' }).click();
  await page.getByLabel('Parallel requests').fill('1.5');
  await page.getByRole('button', { name: 'Set', exact: true }).click();
  // The dialog shows a refusal in the router's own words.
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await page.getByLabel('Parallel requests').fill('');
  await page.getByLabel('USD a day').fill('0.0001');
  await page.getByRole('button', { name: 'Set', exact: true }).click();
  await page.getByText('The limits of tenant acme are in force.').waitFor();
  expect((await ask('too dear')).status).toBe(429);
  await page.getByRole('row', { name: /^tenant acme set by hand/ }).waitFor();
  // An emptied field goes back to config.
  await page.getByRole('button', { name: 'Change the limits of tenant acme' }).click();
  await page.getByLabel('USD a day').fill('');
  await page.getByRole('button', { name: 'Set', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect((await ask('again')).status).toBe(200);
  // The refusal that the router gave on purpose is the only trouble.
  expect((await trouble()).filter((text) => !text.includes('400'))).toEqual([]);
});

test('a pin, a safeguard and a freeze that are set here are in force, and undone here', async () => {
  const { page } = await signedIn();
  await view(page, 'Routing');
  await page.getByRole('button', { name: 'Pin app/chat to a deployment' }).click();
  await page.getByRole('combobox', { name: 'Deployment' }).selectOption('b');
  await page.getByLabel('Reason').fill('a is slow');
  await page.getByRole('button', { name: 'Pin', exact: true }).click();
  await page.getByRole('row', { name: /^pin app\/chat asks b first a is slow root/ }).waitFor();
  const before = bench.b.calls.length;
  expect((await ask('pinned')).status).toBe(200);
  expect(bench.b.calls.length).toBe(before + 1);

  await page.getByRole('button', { name: /^Serve it now…, chat/ }).click();
  await page.getByLabel('Reason').fill('too dear');
  await page.getByRole('button', { name: 'Serve', exact: true }).click();
  await page.getByRole('row', { name: /^safeguard chat is served by its safeguard/ }).waitFor();
  expect((await ask('cheaply')).headers.get('x-carryon-mode')).toBe('safeguard');

  await page.getByRole('button', { name: 'Freeze…' }).click();
  await page.getByLabel('Reason').fill('the month is spent');
  await page.getByRole('button', { name: 'Freeze', exact: true }).click();
  await page.getByRole('row', { name: /^freeze no promotion goes on/ }).waitFor();

  for (const what of ['app/chat asks b first', 'chat is served by its safeguard', 'no promotion goes on']) {
    await page.getByRole('button', { name: `Undo: ${what}` }).click();
    await page.getByText(`Undone: ${what}.`).waitFor();
  }
  await page.getByText('Nothing. Requests are routed as config says.').waitFor();
  expect(await api('GET', 'overrides')).toMatchObject({ pins: {}, safeguards: {}, frozen: null });
  await view(page, 'Audit');
  await page.getByRole('row', { name: /root pin app\/chat to b/ }).waitFor();
});

test('a key that is made here works, is shown once, and is refused when it is revoked here', async () => {
  const { page } = await signedIn();
  await view(page, 'Keys');
  await page.getByRole('button', { name: 'New key…' }).first().click();
  await page.getByLabel('Tenant', { exact: true }).fill('hooli');
  await page.getByLabel('Name').fill('batch');
  await page.getByRole('button', { name: 'Make it' }).click();
  const key = (await page.locator('.secret').textContent()) ?? '';
  const models = () => fetch(`${bench.routerUrl}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
  await until('the key works', async () => (await patiently(models)).status === 200);
  await page.getByRole('button', { name: 'Done' }).click();
  expect(await page.content()).not.toContain(key);
  await page.getByRole('button', { name: 'Revoke the key batch of hooli' }).click();
  await page.getByRole('button', { name: 'Revoke', exact: true }).last().click();
  await page.getByText('The key batch is revoked.').waitFor();
  const { keys } = await api<{ keys: { name: string; revokedAt: number | null }[] }>('GET', 'keys');
  expect(keys.find(({ name }) => name === 'batch')?.revokedAt).not.toBeNull();
});

test('an incident is opened, given words for everybody, and closed; a promise is silenced', async () => {
  const { page } = await signedIn();
  await view(page, 'Alerts');
  await page.getByRole('button', { name: 'Open one…' }).click();
  await page.getByLabel('Title').fill('Answers are slow');
  await page.getByLabel('Promise').selectOption('chat-success');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByRole('button', { name: 'Edit the texts of: Answers are slow' }).click();
  await page.getByLabel('For everyone, on the status page').fill('Some answers take longer.');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Some answers take longer.').waitFor();
  await page.getByRole('button', { name: 'Close: Answers are slow' }).click();
  await page.getByRole('button', { name: 'Close it' }).click();
  await page.getByText(/^closed after/).waitFor();
  const { incidents } = await api<{ incidents: object[] }>('GET', 'incidents');
  expect(incidents[0]).toMatchObject({
    title: 'Answers are slow',
    publicNote: 'Some answers take longer.',
    closedBy: 'root',
  });

  await page.getByRole('button', { name: 'Silence…' }).click();
  await page.getByLabel('Reason').fill('we know');
  await page.getByRole('button', { name: 'Silence', exact: true }).click();
  await page.getByText('we know (root)').waitFor();
  expect(await api('GET', 'silences')).toMatchObject({ silences: [{ objective: 'chat-success', reason: 'we know' }] });
  await page.getByRole('button', { name: 'End it: the silence of chat-success' }).click();
  await page.getByText('The silence is over.').waitFor();
});

test('a router that is gone is told, and what was there stays', async () => {
  const { page } = await signedIn();
  await page.locator('.promise').first().waitFor();
  await bench.line.down();
  await page.getByLabel('window').selectOption('7d');
  await page.getByText('The router cannot be reached.').first().waitFor();
  await page.getByLabel('window').selectOption('30d');
  await page.locator('.promise').first().waitFor();
  await bench.line.up();
  // The page tries by itself too, and may be first.
  await page
    .getByRole('button', { name: 'Try again' })
    .evaluateAll(([button]) => (button as HTMLElement | undefined)?.click());
  await page.getByText('The router cannot be reached.').first().waitFor({ state: 'detached' });
});
