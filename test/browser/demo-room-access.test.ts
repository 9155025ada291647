/** The demo's page is accessible: axe finds nothing in any of its states, and the console stays empty. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { violationsOf } from './support/axe.ts';
import { startRoom } from './support/room.ts';

const room = await startRoom();
afterAll(() => room.stop());

const PHONE = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true } as const;
const DARK = { colorScheme: 'dark' } as const;

const openSide = async (page: Page) => {
  await page.locator('.bar .icon-button').last().click();
  await page.locator('dialog[open] .plugs').waitFor();
};
const openList = async (page: Page) => {
  await page.locator('.bar .icon-button').first().click();
  await page.locator('dialog[open] .chats').waitFor();
};
const openMenu = async (page: Page) => {
  await page.locator('.chat-row').first().hover();
  await page.locator('.chat-more').first().click();
  await page.locator('.menu:popover-open').first().waitFor();
};
const openOutbox = async (page: Page) => {
  await page.locator('.strip .round').first().click();
  await page.locator('dialog[open]').waitFor();
};
const openKeys = async (page: Page) => {
  await page.locator('.account').click();
  await page.locator('.foot .menu button').first().click();
  await page.locator('dialog[open] .keys').waitFor();
};
const openSignOut = async (page: Page) => {
  await page.locator('.account').click();
  await page.locator('.foot .menu button').last().click();
  await page.locator('dialog[open] .sheet-actions').waitFor();
};
const edit = (page: Page) => page.locator('#edit-last').click();

const STATES: [string, string, BrowserContextOptions, ((page: Page) => Promise<void>)?][] = [
  ['empty', 'scene=empty', {}],
  ['empty, offline, dark', 'scene=empty-offline&chats', DARK],
  ['nothing can be kept', 'scene=not-kept', {}],
  ['a new version', 'scene=update', {}],
  ['before the first word', 'scene=first-word', {}],
  ['streaming', 'scene=streaming', {}],
  ['streaming, dark', 'scene=streaming', DARK],
  ['complete', 'scene=complete', {}],
  ['complete, dark', 'scene=complete', DARK],
  ['a promise burns', 'scene=burning', {}],
  ['a promise burns, dark phone', 'scene=burning', { ...PHONE, ...DARK }],
  ['complete, two columns', 'scene=complete', { viewport: { width: 800, height: 700 } }],
  ['complete, phone', 'scene=complete', PHONE],
  ['complete, 400 %', 'scene=complete', { viewport: { width: 320, height: 200 } }],
  ['stopped', 'scene=stopped', {}],
  ['waiting', 'scene=offline', {}],
  ['waiting, dark phone', 'scene=offline', { ...PHONE, ...DARK }],
  ['waiting, more contrast', 'scene=offline', { contrast: 'more' }],
  ['waiting, more contrast, dark', 'scene=offline', { contrast: 'more', ...DARK }],
  ['failed: budget', 'scene=failed&code=budget_exceeded&retryIn=40000000', {}],
  ['failed: no provider, dark', 'scene=failed&code=providers_unavailable&retryIn=30000', DARK],
  ['failed: broke off', 'scene=failed&code=stream_lost', {}],
  ['failed: a code without words', 'scene=failed&code=teapot&message=No%20coffee%20here.', {}],
  ['German', 'scene=complete&lang=de', {}],
  ['German, phone', 'scene=empty&lang=de', PHONE],
  ['editing', 'scene=complete', {}, edit],
  ['menu', 'scene=complete', {}, openMenu],
  ['outbox', 'scene=offline', {}, openOutbox],
  ['outbox, phone', 'scene=offline', PHONE, openOutbox],
  ['keyboard', 'scene=complete', {}, openKeys],
  ['sign out', 'scene=complete', DARK, openSignOut],
  ['list, phone', 'scene=complete', PHONE, openList],
  ['plugs, phone', 'scene=complete', PHONE, openSide],
  ['plugs, dark phone', 'scene=offline', { ...PHONE, ...DARK }, openSide],
  ['off', 'scene=off', {}],
  ['off, no key, dark', 'scene=off&because=no_key', DARK],
];

describe('axe finds nothing', () => {
  test.each(STATES)('%s', async (_name, query, options, act) => {
    const page = await room.open(query, { reducedMotion: 'reduce', ...options });
    await act?.(page);
    expect(await violationsOf(page)).toEqual([]);
    await page.context().close();
  });
});

test('the console has nothing against it', () => {
  expect(room.complaints).toEqual([]);
});
