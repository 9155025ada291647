/** The whole page: the gate, or the views behind it. */
import { signal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { TAB_NAMES, TABS, type Tab, tabOf } from '../core/tabs.ts';
import { type Gate, newFilters, type Session } from '../state/session.ts';
import { Alerts } from '../tabs/alerts.tsx';
import { AuditLog } from '../tabs/audit.tsx';
import { Keys } from '../tabs/keys.tsx';
import { Money } from '../tabs/money.tsx';
import { Promises } from '../tabs/promises.tsx';
import { Requests } from '../tabs/requests.tsx';
import { Routing } from '../tabs/routing.tsx';
import { type Page, PageContext } from './context.ts';
import { SignIn } from './sign-in.tsx';

const VIEWS: Readonly<Record<Tab, () => preact.JSX.Element>> = {
  promises: Promises,
  requests: Requests,
  money: Money,
  routing: Routing,
  alerts: Alerts,
  keys: Keys,
  audit: AuditLog,
};

/** What is on screen is read again this often. */
const REFRESH_MS = 30_000;

export function App({ gate }: { gate: Gate }) {
  const session = gate.session.value;
  return session === null ? <SignIn gate={gate} /> : <Frame session={session} />;
}

function Frame({ session }: { session: Session }) {
  const page = useMemo<Page>(
    () => ({ session, filters: newFilters(), now: signal(session.now()), said: signal(null) }),
    [session],
  );
  const tab = useMemo(() => signal(tabOf(location.hash) ?? 'promises'), []);
  useEffect(() => {
    const onHash = () => {
      tab.value = tabOf(location.hash) ?? tab.value;
    };
    return watch(page, onHash);
  }, [page, tab]);
  const nav = useRef<HTMLElement>(null);
  useEffect(() => nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' }), [tab.value]);
  const View = VIEWS[tab.value];
  const { name, scope } = session.config.operator;
  return (
    <PageContext.Provider value={page}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <p class="brand">{session.config.service}</p>
        <nav aria-label="Views" ref={nav}>
          {TABS.map((one) => (
            <a key={one} href={`operator#${one}`} aria-current={one === tab.value ? 'page' : undefined}>
              {TAB_NAMES[one]}
            </a>
          ))}
        </nav>
        <p class="who">
          <span class="beside">
            {name}
            <span id="scope-note">
              {scope === 'read' ? ', who may see and change nothing (scope read)' : scope === name ? '' : ` · ${scope}`}
            </span>
          </span>
          <button type="button" class="link" onClick={session.signOut}>
            Sign out
          </button>
        </p>
      </header>
      <main id="main" class="view" tabIndex={-1}>
        <h1 class="visually-hidden">{TAB_NAMES[tab.value]}</h1>
        <View />
      </main>
      <Said page={page} />
    </PageContext.Provider>
  );
}

/** Says what was just done, and disappears on its own. */
function Said({ page: { said } }: { page: Page }) {
  const text = said.value;
  useEffect(() => {
    if (text === null) return;
    const timer = setTimeout(() => {
      said.value = null;
    }, 8_000);
    return () => clearTimeout(timer);
  }, [text, said]);
  return (
    <p class="said" role="status" data-shown={text !== null}>
      {text}
    </p>
  );
}

/** Advances the page's time and reads figures again while the page is visible. */
function watch({ session, now }: Page, onHash: () => void): () => void {
  const time = now as { value: number };
  let readAt = session.now();
  const refresh = () => {
    readAt = session.now();
    void session.reads.refresh();
  };
  const timer = setInterval(() => {
    if (document.visibilityState !== 'visible') return;
    time.value = session.now();
    if (time.value - readAt >= REFRESH_MS) refresh();
  }, 1_000);
  const onVisible = () => {
    if (document.visibilityState === 'visible' && session.now() - readAt > 10_000) refresh();
  };
  addEventListener('hashchange', onHash);
  document.addEventListener('visibilitychange', onVisible);
  return () => {
    clearInterval(timer);
    removeEventListener('hashchange', onHash);
    document.removeEventListener('visibilitychange', onVisible);
  };
}
