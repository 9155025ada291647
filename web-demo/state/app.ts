/** What the page is made of, as its components see it. `main.tsx` joins the parts; components read signals and call methods. */
import type { ReadonlySignal, Signal } from '@preact/signals';
import type { Travel } from '/travel.js';
import type { Conversation, ConversationHead, Turn } from '../core/conversation.ts';
import type { AnswerFacts } from '../core/facts.ts';
import type { DemoSettings, ProviderPlug } from '../core/settings.ts';
import type { Words } from '../words/words.ts';

export interface App {
  words: Words;
  talk: Talk;
  line: LineState;
  plugs: Plugs;
  session: Session;
}

export interface Session {
  settings: DemoSettings;
  /** The name shown at the foot of the list; null where nobody is signed in. */
  name: ReadonlySignal<string | null>;
  /** Spent today as far as this browser has seen, in USD; null where costs are hidden. */
  spentTodayUsd: ReadonlySignal<number | null>;
  /** Forgets person, keys, answers, conversations and drafts, then loads the page anew. Rejects where not everything could be forgotten. */
  signOut(): Promise<void>;
}

/** Conversations, and asking. */
export interface Talk {
  /** What was there at the last visit is there again. Until then the open conversation is a new one, which can be asked in already. */
  isLoaded: ReadonlySignal<boolean>;
  /** The newest first. */
  heads: ReadonlySignal<readonly ConversationHead[]>;
  /** The one that is open; a new one has no turns yet. */
  open: ReadonlySignal<Conversation>;
  /** The turn that is being answered, and its text so far, changed at most once a frame. Of the open conversation. */
  live: ReadonlySignal<{ turnId: string; text: ReadonlySignal<string>; isResuming: ReadonlySignal<boolean> } | null>;
  /** What stands in the composer, kept per conversation while it is typed. */
  draft: Signal<string>;
  /** The last request's facts, for "What just happened". */
  last: ReadonlySignal<{ turn: Turn; facts: AnswerFacts } | null>;
  /** False where nothing can be kept (private window, disk full): said once, in words. */
  isKept: ReadonlySignal<boolean>;
  /** Asks; a draft of the same words is asked with it, and gone. Nothing happens while an answer of this conversation is on its way; of others there may be. */
  ask(question: string): void;
  stop(): void;
  /** The same question for a new answer. A complete one that was there comes back where none comes. */
  askAgain(turnId: string): void;
  /** Takes the last turn out and asks the new text in its place. */
  editLast(question: string): void;
  /** Out of the outbox: now, or never. The outbox says what came of it: one that is on its way stays. */
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
  /** Rejects where it could not be changed. */
  setMode(mode: Travel['mode']): Promise<void>;
  /** An answer of this page goes on where it broke. */
  isResuming: ReadonlySignal<boolean>;
  outbox: ReadonlySignal<readonly OutboxEntry[]>;
  /** A new version waits; `update()` lets it in and loads the page anew. */
  hasUpdate: ReadonlySignal<boolean>;
  update(): Promise<void>;
}

export interface OutboxEntry {
  id: string;
  askedAt: number;
  state: 'waiting' | 'sending' | 'answered' | 'failed' | 'expired';
  lastError: string | null;
  /** The question and its conversation, where this browser knows them. */
  question: string | null;
  conversationId: string | null;
}

/** "Pull the plug". */
export interface Plugs {
  wifiOff: ReadonlySignal<boolean>;
  pullWifi(off: boolean): Promise<void>;
  /** Empty where it is not a developer's machine. */
  providers: ReadonlySignal<readonly ProviderPlug[]>;
  /** Resolves once it is so, and rejects where it could not be changed; the signals always have what the router said last. */
  plug(deployment: string, plugged: boolean): Promise<void>;
  /** The budget of one cent for this person is on. */
  isOneCent: ReadonlySignal<boolean>;
  setOneCent(on: boolean): Promise<void>;
}
