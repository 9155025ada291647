import type { App } from '../state/app.ts';
import { ChatList } from './chat-list.tsx';
import { Logo, MoreIcon } from './icons.tsx';
import { Menu } from './menu.tsx';
import type { View } from './view.ts';

/** The brand, "New chat", the list of chats, and who is signed in. */
export function Sidebar({ app, view }: { app: App; view: View }) {
  const { words } = app;
  return (
    <nav class="sidebar" aria-labelledby="chats-heading">
      <p class="brand">
        <Logo />
        <span>{words.app.name}</span>
      </p>
      <button type="button" class="new-chat" id="new-chat" onClick={() => view.newChat()}>
        <span aria-hidden="true">+ </span>
        {words.list.newChat}
      </button>
      <h2 class="visually-hidden" id="chats-heading">
        {words.list.heading}
      </h2>
      <ChatList app={app} view={view} />
      <Foot app={app} view={view} />
    </nav>
  );
}

function Foot({ app, view }: { app: App; view: View }) {
  const { words, session } = app;
  const name = session.name.value;
  const spent = session.spentTodayUsd.value;
  return (
    <div class="foot">
      {name !== null && (
        <Menu
          label={words.foot.account(name)}
          faceClass="account"
          face={
            <>
              <span class="account-name" dir="auto">
                {name}
              </span>
              <MoreIcon />
            </>
          }
        >
          {(close) => {
            const open = (sheet: 'keys' | 'signOut') => () => {
              close();
              view.sheet.value = sheet;
            };
            return (
              <>
                <button type="button" onClick={open('keys')}>
                  {words.foot.keys}
                </button>
                <button type="button" class="is-bad" onClick={open('signOut')}>
                  {words.foot.signOut}
                </button>
              </>
            );
          }}
        </Menu>
      )}
      {spent !== null && <span class="spent">{words.foot.spentToday(spent)}</span>}
    </div>
  );
}
