/** What the page itself remembers while it is open: the open sheet, the edited turn, the window's width. It is not stored. */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { App } from '../state/app.ts';
import { createFollow, type Follow } from './follow.ts';

export type SheetName = 'list' | 'side' | 'keys' | 'signOut';

/** A deleted conversation that can still be brought back. */
export interface Deleted {
  id: string;
  title: string;
}

export interface View {
  columns: ReadonlySignal<1 | 2 | 3>;
  sheet: Signal<SheetName | null>;
  /** The turn whose question is being edited in place. */
  editing: Signal<string | null>;
  deleted: Signal<readonly Deleted[]>;
  /** A sentence for screen readers. */
  said: Signal<{ text: string } | null>;
  /** Opens a conversation, closes what lies over it, and puts the focus where reading goes on. */
  openChat(id: string): void;
  newChat(): void;
  deleteChat(chat: Deleted): void;
  undoDelete(id: string): void;
  focusComposer(): void;
  /** Keeps the end of the conversation in view. */
  follow: Follow;
}

const UNDO_MS = 10_000;

export function createView(app: App): View {
  const { talk, words } = app;
  const sheet = signal<SheetName | null>(null);
  const editing = signal<string | null>(null);
  const deleted = signal<readonly Deleted[]>([]);
  const said = signal<{ text: string } | null>(null);
  const columns = watchColumns();
  const follow = createFollow();
  const focusOn = (id: string) => requestAnimationFrame(() => document.getElementById(id)?.focus());
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  /**
   * Puts the focus where reading goes on. In one column that is the title, because a touch keyboard would cover what has just been opened.
   */
  const focusReading = () => focusOn(columns.value === 1 ? 'chat-title' : 'composer');

  const leave = () => {
    sheet.value = null;
    editing.value = null;
  };
  const forget = (id: string) => {
    clearTimeout(timers.get(id));
    timers.delete(id);
    deleted.value = deleted.value.filter((chat) => chat.id !== id);
  };
  const finish = (id: string) => {
    forget(id);
    return talk.deleteChat(id);
  };
  // Closing the page right after deleting confirms it.
  addEventListener('pagehide', () => {
    for (const { id } of deleted.value) void finish(id);
  });

  return {
    columns,
    sheet,
    editing,
    deleted,
    said,
    follow,
    openChat(id) {
      leave();
      talk.openChat(id);
      focusReading();
    },
    newChat() {
      leave();
      talk.newChat();
      focusOn('composer');
    },
    deleteChat(chat) {
      deleted.value = [...deleted.value, chat];
      said.value = { text: words.list.deleted };
      if (talk.open.value.id === chat.id) talk.newChat();
      timers.set(
        chat.id,
        setTimeout(() => {
          const row = document.getElementById(`deleted-${chat.id}`);
          if (row?.contains(document.activeElement)) focusOn('new-chat');
          void finish(chat.id);
        }, UNDO_MS),
      );
      focusOn(`undo-${chat.id}`);
    },
    undoDelete(id) {
      forget(id);
      focusOn(`chat-${id}`);
    },
    focusComposer: () => focusOn('composer'),
  };
}

function watchColumns(): ReadonlySignal<1 | 2 | 3> {
  const two = matchMedia('(min-width: 45rem)');
  const three = matchMedia('(min-width: 68.75rem)');
  const count = () => (three.matches ? 3 : two.matches ? 2 : 1);
  const columns = signal<1 | 2 | 3>(count());
  for (const query of [two, three]) {
    query.addEventListener('change', () => {
      columns.value = count();
    });
  }
  return columns;
}
