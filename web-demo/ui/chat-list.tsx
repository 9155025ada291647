import type { ConversationHead } from '../core/conversation.ts';
import { groupByDay } from '../core/days.ts';
import type { App } from '../state/app.ts';
import { nowByMinute } from '../state/clock.ts';
import { saveFile } from '../state/save-file.ts';
import { MoreIcon } from './icons.tsx';
import { Menu } from './menu.tsx';
import type { View } from './view.ts';

/** The list of all conversations in this browser, by day. */
export function ChatList({ app, view }: { app: App; view: View }) {
  const { talk, words } = app;
  const groups = groupByDay(talk.heads.value, nowByMinute.value);
  const isEmpty = talk.heads.value.length === 0;
  return (
    <div class="chats">
      {isEmpty && <p class="chats-empty">{words.list.empty}</p>}
      {(['today', 'yesterday', 'earlier'] as const).map((day) =>
        groups[day].length === 0 ? null : (
          <section key={day} aria-labelledby={`day-${day}`}>
            <h3 class="day" id={`day-${day}`}>
              {words.list[day]}
            </h3>
            <ul>
              {groups[day].map((head) => (
                <li key={head.id}>
                  <Row app={app} view={view} head={head} />
                </li>
              ))}
            </ul>
          </section>
        ),
      )}
    </div>
  );
}

function Row({ app, view, head }: { app: App; view: View; head: ConversationHead }) {
  const { talk, words } = app;
  const { id } = head;
  const title = head.title || words.list.untitled;
  if (view.deleted.value.some((chat) => chat.id === id)) {
    return (
      <div class="chat-row is-deleted" id={`deleted-${id}`}>
        <span>{words.list.deleted}</span>
        <button
          type="button"
          class="link"
          id={`undo-${id}`}
          aria-label={words.list.undoLabel(title)}
          onClick={() => view.undoDelete(id)}
        >
          {words.list.undo}
        </button>
      </div>
    );
  }
  const saveAs = async () => {
    try {
      const { name, markdown } = await talk.exportChat(id);
      saveFile(name, 'text/markdown;charset=utf-8', markdown);
      view.said.value = { text: words.list.exported(name) };
    } catch {
      view.said.value = { text: words.list.exportFailed };
    }
  };
  const isOpen = talk.open.value.id === id;
  return (
    <div class="chat-row">
      <button
        type="button"
        class="chat"
        id={`chat-${id}`}
        aria-current={isOpen ? 'page' : undefined}
        onClick={() => view.openChat(id)}
      >
        <span class="chat-title" dir="auto">
          {title}
        </span>
        {head.isAsking && !isOpen && <span class="chat-queued">{words.list.answering}</span>}
        {head.waiting > 0 && <span class="chat-queued">{words.list.queued(head.waiting)}</span>}
      </button>
      <Menu label={words.list.more(title)} face={<MoreIcon />} faceClass="icon-button chat-more">
        {(close) => (
          <>
            <button
              type="button"
              onClick={() => {
                close();
                void saveAs();
              }}
            >
              {words.list.export}
            </button>
            <button
              type="button"
              class="is-bad"
              onClick={() => {
                close();
                view.deleteChat({ id, title });
              }}
            >
              {words.list.delete}
            </button>
          </>
        )}
      </Menu>
    </div>
  );
}
