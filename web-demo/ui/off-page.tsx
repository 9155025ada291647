import type { DemoSettings } from '../core/settings.ts';
import type { Words } from '../words/words.ts';
import { Logo } from './icons.tsx';

/** The config line and the commands of docs/demo.md. */
const CONFIG = "demo: { signIn: 'publishable', key: 'DEMO_KEY' },";
const commands = (origin: string) => `npm run keys -- create --tenant demo --publishable \\
  --feature chat --origin ${origin}
npx wrangler secret put DEMO_KEY
npx wrangler deploy`;

/** The page while the demo is off. It says why, and how to turn the demo on. */
export function OffPage({ words, settings }: { words: Words; settings: Extract<DemoSettings, { signIn: 'off' }> }) {
  const { off } = words;
  const why = { off: off.off, no_key: off.noKey, not_configured: off.notConfigured, unreachable: off.unreachable }[
    settings.because
  ];
  const missing = settings.missing ?? [];
  const toDo = commands(location.origin);
  return (
    <main class="off-page">
      <p class="brand">
        <Logo />
        <span>{words.app.name}</span>
      </p>
      <h1>{settings.because === 'unreachable' ? off.unreachableTitle : off.title}</h1>
      <p>{why}</p>
      {missing.length > 0 && (
        <>
          <p>{off.missing}</p>
          <ul class="missing">
            {missing.map((name) => (
              <li key={name}>{name}</li>
            ))}
          </ul>
        </>
      )}
      {(settings.because === 'off' || settings.because === 'no_key') && (
        <>
          <p>{settings.because === 'off' ? off.how : off.howKey}</p>
          {/** biome-ignore lint/a11y/noNoninteractiveTabindex: on a narrow page its lines scroll, by keyboard too */}
          <pre class="sample" tabIndex={0}>
            <code>{settings.because === 'off' ? `${CONFIG}\n\n${toDo}` : toDo}</code>
          </pre>
        </>
      )}
      {settings.because !== 'unreachable' && <p class="beside">{off.docs}</p>}
      <button type="button" class="action" onClick={() => location.reload()}>
        {off.retry}
      </button>
    </main>
  );
}
