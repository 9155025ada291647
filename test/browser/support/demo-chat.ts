/** The demo's page as its tests use it: by what a person sees and presses. */
import type { Locator, Page } from 'playwright-core';

export interface Chat {
  page: Page;
  composer: Locator;
  /** Writes and sends; `button`: what it says. */
  ask(question: string, button?: 'Send' | 'Queue'): Promise<void>;
  /** The turn of this question. */
  turn(question: string): Locator;
  /** Waits until the turn has exactly this answer, and nothing of it is under way. */
  answered(question: string, answer: string): Promise<void>;
  questions(): Promise<string[]>;
  /** Titles in the list. */
  titles(): Promise<string[]>;
  newChat(): Promise<void>;
  open(title: string): Promise<void>;
}

export function chatOn(page: Page): Chat {
  const composer = page.getByRole('textbox', { name: 'Your question', exact: true });
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const turn = (question: string) =>
    page.locator('article.turn').filter({ has: page.locator('.question').getByText(question, { exact: true }) });
  return {
    ...{ page, composer, turn },
    async ask(question, name = 'Send') {
      await composer.fill(question);
      await button(name).click();
    },
    async answered(question, answer) {
      const text = turn(question).locator('.answer[aria-busy=false]').getByText(answer, { exact: true });
      await text.waitFor();
    },
    questions: () => page.locator('article.turn .question').allTextContents(),
    titles: () => page.locator('.chat-title').allTextContents(),
    newChat: () => page.getByRole('button', { name: 'New chat' }).click(),
    open: (title) => page.locator('.chat').filter({ hasText: title }).click(),
  };
}
