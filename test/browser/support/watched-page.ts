import type { BrowserContext, Page } from 'playwright-core';

declare global {
  /** What the page's policy has stopped so far. */
  var violations: string[];
}

export interface WatchedPage {
  page: Page;
  /** Errors and warnings on the console, and what was thrown. */
  said: string[];
  /** What the page's policy has stopped so far. */
  stopped(): Promise<string[]>;
}

/** A page that records what its policy stops and what its console says. */
export async function watchedPage(context: BrowserContext): Promise<WatchedPage> {
  await context.addInitScript(() => {
    globalThis.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));
  });
  const page = await context.newPage();
  const said: string[] = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  return { page, said, stopped: () => page.evaluate(() => violations) };
}
