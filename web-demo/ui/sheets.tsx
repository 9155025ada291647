import { useSignal } from '@preact/signals';
import type { App } from '../state/app.ts';
import { Sheet } from './sheet.tsx';
import { Side } from './side.tsx';
import { Sidebar } from './sidebar.tsx';
import type { View } from './view.ts';

/** The sheets over the page, of which one shows at a time. */
export function Sheets({ app, view }: { app: App; view: View }) {
  const { words } = app;
  const columns = view.columns.value;
  const close = () => {
    view.sheet.value = null;
  };
  const common = { words, onClose: close };
  switch (view.sheet.value) {
    case 'list':
      return columns > 1 ? null : (
        <Sheet {...common} key="list" place="start" title={words.list.heading}>
          <Sidebar app={app} view={view} />
        </Sheet>
      );
    case 'side':
      return columns > 2 ? null : (
        <Sheet {...common} key="side" place="end" title={words.side.label}>
          <Side app={app} />
        </Sheet>
      );
    case 'keys':
      return (
        <Sheet {...common} key="keys" place="middle" title={words.keys.title}>
          <dl class="keys">
            {words.keys.rows.map(([key, does]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </Sheet>
      );
    case 'signOut':
      return (
        <Sheet {...common} key="signOut" place="middle" title={words.foot.signOutTitle}>
          <SignOut app={app} onStay={close} />
        </Sheet>
      );
    case null:
      return null;
  }
}

function SignOut({ app, onStay }: { app: App; onStay: () => void }) {
  const { foot } = app.words;
  const hasFailed = useSignal(false);
  const signOut = () => {
    app.session.signOut().catch(() => {
      hasFailed.value = true;
    });
  };
  return (
    <>
      <p>{foot.signOutText}</p>
      {hasFailed.value && (
        <p class="bad-text" role="alert">
          {foot.signOutFailed}
        </p>
      )}
      <div class="sheet-actions">
        <button type="button" class="quiet" onClick={onStay}>
          {foot.stay}
        </button>
        <button type="button" class="action is-bad" onClick={signOut}>
          {foot.signOut}
        </button>
      </div>
    </>
  );
}
