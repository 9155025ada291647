/** The parts of the page, as its components see them. `main.tsx` joins them; components read signals and call methods. */
import type { ReadonlySignal, Signal } from '@preact/signals';
import type { Travel } from '/travel.js';
import type { ProviderPlug } from '../../protocol/demo-settings.ts';
import type { Budget } from '../core/budget.ts';
import type { Conversation, ConversationHead, Turn } from '../core/conversation.ts';
import type { AnswerFacts } from '../core/facts.ts';
import type { PromiseNews } from '../core/promise-news.ts';
import type { DemoSettings } from '../core/settings.ts';
import type { Words } from '../words/words.ts';

export interface App {
  words: Words;
  talk: Talk;
  line: LineState;
  plugs: Plugs;
  session: Session;
  /** News of the public promises; null: none that matters now. */
  news: ReadonlySignal<PromiseNews | null>;
}

export interface Session {
  settings: DemoSettings;
  /** The name shown at the foot of the list; null if nobody is signed in. */
  name: ReadonlySignal<string | null>;
  /** Spent today as far as this browser knows, in USD; null if costs are hidden. */
  spentTodayUsd: ReadonlySignal<number | null>;
  /** What the router's ledger says of this person's tightest budget; null where there is none, or costs are hidden. */
  budget: ReadonlySignal<Budget | null>;
  /** Forgets person, keys, answers, conversations and drafts, then reloads the page. Rejects if not everything could be forgotten. */
  signOut(): Promise<void>;
}

/** Conversations, and asking. */
export interface Talk {
  /** The last visit's state is restored. Until then the open conversation is a new one, in which questions can already be asked. */
  isLoaded: ReadonlySignal<boolean>;
  /** The newest first. */
  heads: ReadonlySignal<readonly ConversationHead[]>;
  /** The conversation that is open; a new one has no turns yet. */
  open: ReadonlySignal<Conversation>;
  /** The turn that is being answered, and its text so far, changed at most once a frame. Of the open conversation. */
  live: ReadonlySignal<{ turnId: string; text: ReadonlySignal<string>; isResuming: ReadonlySignal<boolean> } | null>;
  /** The composer's text, kept per conversation while it is typed. */
  draft: Signal<string>;
  /** The last request's facts, for "What just happened". */
  last: ReadonlySignal<{ turn: Turn; facts: AnswerFacts } | null>;
  /** False if nothing can be kept (private window, disk full): announced once, in words. */
  isKept: ReadonlySignal<boolean>;
  /** Asks, and removes a draft of the same words. Does nothing while an answer in this conversation is arriving; others may be. */
  ask(question: string): void;
  stop(): void;
  /** Asks the same question for a new answer. The earlier complete one comes back if none comes. */
  askAgain(turnId: string): void;
  /** Removes the last turn and asks the new text instead. */
  editLast(question: string): void;
  /** Sends a queued question now, or cancels it. The outbox decides: one that is being sent stays. */
  sendNow(queueId: string): Promise<void>;
  cancel(queueId: string): Promise<void>;
  newChat(): void;
  openChat(id: string): void;
  deleteChat(id: string): Promise<void>;
  /** The conversation as Markdown, and a file name for it. */
  exportChat(id: string): Promise<{ name: string; markdown: string }>;
}

/** Connection, travel mode and outbox. */
export interface LineState {
  connection: ReadonlySignal<Travel['connection']>;
  mode: ReadonlySignal<Travel['mode']>;
  /** Rejects if it could not be changed. */
  setMode(mode: Travel['mode']): Promise<void>;
  /** An answer on this page is being resumed. */
  isResuming: ReadonlySignal<boolean>;
  outbox: ReadonlySignal<readonly OutboxEntry[]>;
  /** A new version waits; `update()` activates it and reloads the page. */
  hasUpdate: ReadonlySignal<boolean>;
  update(): Promise<void>;
}

export interface OutboxEntry {
  id: string;
  askedAt: number;
  state: 'waiting' | 'sending' | 'answered' | 'failed' | 'expired';
  lastError: string | null;
  /** The question and its conversation, if this browser knows them. */
  question: string | null;
  conversationId: string | null;
}

/** "Pull the plug". */
export interface Plugs {
  wifiOff: ReadonlySignal<boolean>;
  pullWifi(off: boolean): Promise<void>;
  /** Empty unless this is a developer's machine. */
  providers: ReadonlySignal<readonly ProviderPlug[]>;
  /** Resolves once it has changed, and rejects if it could not; the signals always show the router's last word. */
  plug(deployment: string, plugged: boolean): Promise<void>;
  /** The budget of one cent for this person is on. */
  isOneCent: ReadonlySignal<boolean>;
  setOneCent(on: boolean): Promise<void>;
}
