/** The parts of the page as its components see them. `main.tsx` joins them. Components read signals and call methods. */
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
  /** News of the public promises; null if there is none that matters now. */
  news: ReadonlySignal<PromiseNews | null>;
}

export interface Session {
  settings: DemoSettings;
  /** The name shown at the foot of the list; null if nobody is signed in. */
  name: ReadonlySignal<string | null>;
  /** USD spent today, as far as this browser knows; null if costs are hidden. */
  spentTodayUsd: ReadonlySignal<number | null>;
  /** This person's tightest budget from the router's ledger; null if there is none, or if costs are hidden. */
  budget: ReadonlySignal<Budget | null>;
  /** Forgets person, keys, answers, conversations and drafts, then reloads the page. Rejects if not everything could be forgotten. */
  signOut(): Promise<void>;
}

/** Conversations, and asking. */
export interface Talk {
  /**
   * True once the last visit's state is restored. Until then the open conversation is a new one, in which questions can already be asked.
   */
  isLoaded: ReadonlySignal<boolean>;
  /** The conversations, newest first. */
  heads: ReadonlySignal<readonly ConversationHead[]>;
  /** The open conversation. A new one has no turns yet. */
  open: ReadonlySignal<Conversation>;
  /** The turn of the open conversation that is being answered, and its text so far, which changes at most once a frame. */
  live: ReadonlySignal<{ turnId: string; text: ReadonlySignal<string>; isResuming: ReadonlySignal<boolean> } | null>;
  /** The composer's text, kept per conversation while it is typed. */
  draft: Signal<string>;
  /** The last request's facts, for "What just happened". */
  last: ReadonlySignal<{ turn: Turn; facts: AnswerFacts } | null>;
  /** False if nothing can be kept (private window, disk full). The page says so once. */
  isKept: ReadonlySignal<boolean>;
  /**
   * Asks, and removes a draft with the same words. Does nothing while an answer arrives in this conversation. Answers in others do not
   * matter.
   */
  ask(question: string): void;
  stop(): void;
  /** Asks the same question for a new answer. If none comes, the earlier complete answer is shown again. */
  askAgain(turnId: string): void;
  /** Removes the last turn and asks the new text instead. */
  editLast(question: string): void;
  /** Sends a queued question now, or cancels it. The outbox decides, because one that is being sent cannot be cancelled. */
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
  /** Changes the mode. Rejects if it could not be changed. */
  setMode(mode: Travel['mode']): Promise<void>;
  /** True while an answer on this page is being resumed. */
  isResuming: ReadonlySignal<boolean>;
  outbox: ReadonlySignal<readonly OutboxEntry[]>;
  /** True if a new version waits. `update()` activates it and reloads the page. */
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
  /** The providers. Empty unless this is a developer's machine. */
  providers: ReadonlySignal<readonly ProviderPlug[]>;
  /** Changes a plug. Rejects if that failed. The signals always show the state that the router last reported. */
  plug(deployment: string, plugged: boolean): Promise<void>;
  /** True if this person's budget of one cent is on. */
  isOneCent: ReadonlySignal<boolean>;
  setOneCent(on: boolean): Promise<void>;
}
