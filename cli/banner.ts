import { LOCAL_ADMIN_KEY, LOCAL_CLIENT_KEY } from '../worker/core/identity/identity.ts';
import { DEFAULT_PORT, type SandboxSlot } from './local-defaults.ts';

export interface BannerFacts {
  url: string;
  /** The model to ask for: an alias of the config. */
  model: string;
  /** Slots that the sandbox fills; empty if every provider is real. */
  sandboxSlots: readonly SandboxSlot[];
  controlUrl: string | undefined;
  /** True if the well-known client key is in force. */
  local: boolean;
  /** True if `ADMIN_KEY` is set and replaces the well-known admin key. */
  ownAdminKey: boolean;
  /** Lines about variables that are needed. */
  notSet: readonly string[];
}

/** What to do next, as commands ready to paste. */
export function banner(facts: BannerFacts): string {
  const { notSet, url } = facts;
  // What is missing comes last, where people look. Commands that could only fail are not suggested.
  const isReady = notSet.length === 0;
  return [
    '',
    ...(isReady ? [`Carryon is ready on ${url}`, '', ...aboutAsking(facts), ''] : []),
    ...aboutKeys(facts),
    ...(isReady ? aboutSandbox(facts) : []),
    '',
    'Ctrl-C stops everything. `npm start -- --fresh` forgets the state.',
    '',
    ...(isReady ? [] : [`Carryon is on ${url}, but not ready:`, ...notSet, '']),
  ].join('\n');
}

const aboutAsking = ({ url, model, local }: BannerFacts): string[] => [
  ...(local ? [`Open ${url} in a browser: a chat in which you can break things (docs/demo.md).`, ''] : []),
  'Ask a question and watch the answer arrive:',
  `  curl -N ${url}/v1/chat/completions -H 'authorization: Bearer ${local ? LOCAL_CLIENT_KEY : 'sk-…'}' \\`,
  `    -H 'content-type: application/json' \\`,
  `    -d '{"model":${JSON.stringify(model)},"stream":true,"messages":[{"role":"user","content":"What is a failover?"}]}'`,
  // The example signs in with the well-known key, from an origin on this machine.
  ...(local
    ? [
        'Or from a page that keeps working without a network (docs/travel-mode.md):',
        `  node examples/foreign-front-end/server.mjs --router ${url}`,
      ]
    : []),
];

function aboutKeys({ url, local, ownAdminKey }: BannerFacts): string[] {
  const { port } = new URL(url);
  const at = port === String(DEFAULT_PORT) ? '' : `PORT=${port} `;
  const more = `${at}npm run keys -- create --tenant acme`;
  if (!local) return [`Local mode is off. For a key of your own in place of sk-…: ${more}`];
  return [
    `Admin key: ${ownAdminKey ? 'your ADMIN_KEY' : LOCAL_ADMIN_KEY}. For more client keys: ${more}`,
    `Something is wrong? ${at}npm run route -- list says what is set, and what is in cooldown; docs/operations.md has the commands.`,
    `What is promised, and is it kept? ${at}npm run slo -- list, or ${url}/status. What became of a request? ${at}npm run why -- ID (its x-request-id).`,
    `All of this in a browser: ${url}/operator asks for the admin key.`,
  ];
}

function aboutSandbox({ sandboxSlots, controlUrl }: BannerFacts): string[] {
  const [first, second] = sandboxSlots;
  if (first === undefined) return [];
  const takesOver = second !== undefined && first.format !== second.format;
  return [
    '',
    `Sandbox providers answer for ${sandboxSlots.map(({ slot }) => slot).join(' and ')} (what they can do: curl ${controlUrl}).`,
    takesOver ? 'Make A fail and see B take over; then repair A:' : `Make ${first.slot} fail; then repair it:`,
    `  curl -X PUT ${controlUrl}/faults/${first.format} -d '{"fault":"503"}'`,
    `  curl -X DELETE ${controlUrl}/faults/${first.format}`,
    '',
    'To plug in real providers, write them to .dev.vars and start again:',
    `  ${first.slot}_API_BASE=https://api.openai.com/v1`,
    `  ${first.slot}_KEY=sk-…`,
    `  ${first.slot}_MODEL=gpt-5-mini`,
    `  ${first.slot}_FORMAT=openai`,
    `  ${first.slot}_PRICE={"input":0.25,"output":2,"cachedInput":0.025,"cacheWrite":0.25} # not needed if the price list knows the model`,
    ...(second === undefined ? [] : [`(${second.slot}_… likewise; the other format is anthropic.)`]),
  ];
}
