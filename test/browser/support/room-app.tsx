/** The demo's page with a made-up state behind it: every state can be shown at once, without a router. `?scene=` names it. */
import { computed, signal } from '@preact/signals';
import { render } from 'preact';
import type { ProviderPlug } from '../../../protocol/demo-settings.ts';
import type { Conversation, ConversationHead, Problem, Turn } from '../../../web-demo/core/conversation.ts';
import type { AnswerFacts } from '../../../web-demo/core/facts.ts';
import type { DemoSettings } from '../../../web-demo/core/settings.ts';
import type { App, OutboxEntry } from '../../../web-demo/state/app.ts';
import { Page } from '../../../web-demo/ui/app.tsx';
import { wordsFor } from '../../../web-demo/words/words.ts';

const parameters = new URLSearchParams(location.search);
const scene = parameters.get('scene') ?? 'empty';
const languages = [parameters.get('lang') ?? 'en'];
const is = (...names: string[]) => names.includes(scene);
const at = Date.now();
const HOUR = 3_600_000;

const facts: AnswerFacts = {
  ...{ answeredAt: at - 58_000, finishReason: 'stop' },
  requestId: 'req_7Qm2',
  askedAt: at - 60_000,
  source: is('offline') ? { kind: 'saved', ageMs: 3 * HOUR, cause: 'offline' } : { kind: 'live' },
  firstWordMs: 402,
  totalMs: 1_900,
  model: 'claude-haiku-4-5',
  resumed: 0,
  outputTokens: 212,
  costUsd: 0.0003,
  mode: 'normal',
  attempts: [
    {
      deployment: 'sandbox/a',
      model: 'gpt-5-mini',
      startedMs: 3,
      ttftMs: null,
      ms: 38,
      result: 'server_error',
      status: 503,
      hop: 0,
    },
    {
      deployment: 'sandbox/a',
      model: 'gpt-5-mini',
      startedMs: 150,
      ttftMs: null,
      ms: 38,
      result: 'server_error',
      status: 503,
      hop: 0,
    },
    {
      deployment: 'sandbox/b',
      model: 'claude-haiku-4-5',
      startedMs: 190,
      ttftMs: 212,
      ms: 1_700,
      result: 'success',
      hop: 1,
    },
  ],
  cooldowns: [],
  steps: [{ name: 'budget', ms: 3 }],
};

const PACKING = `Light fabrics and one layer for the evening wind off the river. For four days:

- 4 T-shirts, 2 pairs of shorts, one linen shirt
- Shoes with grip: the tiles are polished and the hills are steep
- Swimwear, a small towel, sunscreen under 100 ml`;
const JSON_START = '```json\n[\n  "t-shirt ×4",\n  "shorts ×2",\n  "linen shirt",\n';

const turn = (id: string, question: string, text: string, outcome: Turn['outcome']): Turn => ({
  id,
  question,
  askedAt: at - 60_000,
  text,
  ...{ context: [] },
  outcome,
});

const problem = (code: string, more: Partial<Problem> = {}): Problem => ({
  code,
  status: 429,
  retryAt: null,
  message: null,
  requestId: 'req_7Qm2',
  ...more,
});

const first = turn('t1', 'What should I pack for four hot days in Lisbon, hand luggage only?', PACKING, {
  state: 'complete',
  facts,
});
const second = (text: string, outcome: Turn['outcome']) => turn('t2', 'As a JSON list, please.', text, outcome);

function turnsOf(): readonly Turn[] {
  if (is('empty', 'empty-offline', 'not-kept')) return [];
  if (is('offline')) return [first, second('', { state: 'waiting', queueId: 'q1' })];
  if (is('streaming', 'first-word')) return [first, second('', { state: 'asking' })];
  if (is('stopped')) return [first, second(`${JSON_START}`, { state: 'stopped', facts })];
  if (is('failed')) {
    const code = parameters.get('code') ?? 'budget_exceeded';
    const retryIn = parameters.get('retryIn');
    const failure = problem(code, {
      retryAt: retryIn === null ? null : at + Number(retryIn),
      message: parameters.get('message'),
    });
    const text = code === 'stream_lost' ? PACKING.slice(0, 160) : '';
    return [first, second(text, { state: 'failed', problem: failure, facts: null })];
  }
  if (is('long')) {
    return Array.from({ length: 30 }, (_, index) =>
      turn(`t${index}`, `Question ${index}?`, PACKING, { state: 'complete', facts }),
    );
  }
  return [first, second(`${JSON_START}]\n\`\`\``, { state: 'complete', facts })];
}

const turns = signal(turnsOf());
const openId = signal('c1');
const head = (id: string, title: string, ago: number, waiting = 0): ConversationHead => ({
  id,
  title,
  changedAt: at - ago,
  waiting,
  ...{ isAsking: false },
});
const heads = signal<readonly ConversationHead[]>(
  is('empty', 'empty-offline', 'not-kept') && !parameters.has('chats')
    ? []
    : [
        head('c1', 'Packing list for Lisbon', 0),
        head('c2', 'Invoice wording, German', 1, 1),
        head('c3', 'SQL: users without orders', 24 * HOUR),
        head('c4', 'Visa rules for Thailand', 24 * HOUR),
        head('c5', 'Thirty words for tea', 72 * HOUR),
      ],
);
const open = computed<Conversation>(() => {
  const known = heads.value.find(({ id }) => id === openId.value);
  return {
    id: openId.value,
    title: turns.value.length === 0 ? '' : (known?.title ?? ''),
    changedAt: at,
    turns: turns.value,
    ...{ isCut: false },
  };
});
const liveText = signal(is('streaming') ? JSON_START : '');
const live = signal(
  is('streaming', 'first-word') ? { turnId: 't2', text: liveText, isResuming: signal(is('resuming')) } : null,
);
const isAway = is('offline', 'empty-offline');
const connection = signal<'online' | 'offline' | 'unreachable'>(isAway ? 'offline' : 'online');
const mode = signal<'auto' | 'travel'>('auto');
const providers = signal<readonly ProviderPlug[]>([
  { deployment: 'sandbox/a', name: 'A', model: 'gpt-5-mini', order: 1, plugged: is('empty') },
  { deployment: 'sandbox/b', name: 'B', model: 'claude-haiku-4-5', order: 2, plugged: true },
]);
const wifiOff = signal(isAway);
const isOneCent = signal(false);
const outbox = signal<readonly OutboxEntry[]>(
  is('offline')
    ? [
        {
          id: 'q1',
          askedAt: at - 60_000,
          state: 'waiting',
          lastError: null,
          question: 'As a JSON list, please.',
          conversationId: 'c1',
        },
      ]
    : [],
);
const calls: string[] = [];
const did = (name: string, ...values: unknown[]) => {
  calls.push([name, ...values].join(' '));
};
const replaceLast = (outcome: Turn['outcome'], text: string) => {
  turns.value = turns.value.map((one, index) => (index === turns.value.length - 1 ? { ...one, outcome, text } : one));
};
const settings: DemoSettings = is('off')
  ? {
      signIn: 'off',
      because:
        parameters.get('because') === 'no_key'
          ? 'no_key'
          : parameters.get('because') === 'not_configured'
            ? 'not_configured'
            : 'off',
      ...(parameters.has('because') && { missing: ['DEMO_KEY'] }),
    }
  : { signIn: 'local', providers: providers.value };

const app: App = {
  words: wordsFor(languages),
  news: signal(is('burning') ? 'failing' : null),
  session: {
    settings,
    name: signal('ana'),
    spentTodayUsd: signal(0.012),
    budget: signal({ usedUsd: 0.012, capUsd: 0.5 }),
    signOut: async () => did('signOut'),
  },
  talk: {
    isLoaded: signal(true),
    heads,
    open,
    live,
    draft: signal(parameters.get('draft') ?? ''),
    last: computed(() => {
      const known = turns.value.findLast(({ outcome }) => outcome.state === 'complete');
      return known?.outcome.state === 'complete' ? { turn: known, facts: known.outcome.facts } : null;
    }),
    isKept: signal(!is('not-kept')),
    ask(question) {
      did('ask', question);
      app.talk.draft.value = '';
      const id = `t${turns.value.length + 1}`;
      turns.value = [...turns.value, { ...turn(id, question, '', { state: 'asking' }), askedAt: Date.now() }];
      liveText.value = '';
      live.value = { turnId: id, text: liveText, isResuming: signal(false) };
    },
    stop() {
      did('stop');
      replaceLast({ state: 'stopped', facts }, liveText.value);
      live.value = null;
    },
    askAgain: (id) => did('askAgain', id),
    editLast: (question) => did('editLast', question),
    sendNow: async (id) => did('sendNow', id),
    cancel: async (id) => did('cancel', id),
    newChat() {
      did('newChat');
      openId.value = 'new';
      turns.value = [];
      live.value = null;
    },
    openChat(id) {
      did('openChat', id);
      openId.value = id;
      turns.value = [first];
      live.value = null;
    },
    async deleteChat(id) {
      did('deleteChat', id);
      heads.value = heads.value.filter((one) => one.id !== id);
    },
    exportChat: async (id) => ({ name: `${id}.md`, markdown: PACKING }),
  },
  line: {
    connection,
    mode,
    setMode: async (next) => {
      mode.value = next;
    },
    isResuming: signal(is('resuming')),
    outbox,
    hasUpdate: signal(is('update')),
    update: async () => did('update'),
  },
  plugs: {
    wifiOff,
    async pullWifi(off) {
      wifiOff.value = off;
      connection.value = off ? 'offline' : 'online';
    },
    providers,
    async plug(deployment, plugged) {
      providers.value = providers.value.map((one) => (one.deployment === deployment ? { ...one, plugged } : one));
    },
    isOneCent,
    async setOneCent(on) {
      isOneCent.value = on;
    },
  },
};

export interface RoomFixture {
  calls: string[];
  write(text: string): void;
  complete(text: string): void;
}

Object.assign(window, {
  room: {
    calls,
    write(text) {
      liveText.value = text;
    },
    complete(text) {
      replaceLast({ state: 'complete', facts }, text);
      live.value = null;
    },
  } satisfies RoomFixture,
});

const root = document.getElementById('app');
document.documentElement.lang = app.words.language;
if (root !== null) render(<Page app={app} />, root);
