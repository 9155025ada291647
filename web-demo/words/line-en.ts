/** English words of the strip, the outbox, the plugs, "What just happened" and the line under each answer. */
import type { Format } from './format.ts';

const list = new Intl.ListFormat('en', { type: 'conjunction' });

/** How long something still lasts. */
const left = (ms: number, format: Format) =>
  ms < 120_000 ? `${format.count(Math.max(1, Math.ceil(ms / 1_000)))} s` : format.age(ms);

export const lineEn = (format: Format) => ({
  strip: {
    label: 'Connection',
    connected: 'Connected',
    offline: 'No connection.',
    unreachable: 'The router does not answer.',
    tryingAgain: 'Trying again…',
    awayKept: 'Saved answers still work; new questions wait.',
    awayNotKept: 'Ask again when you are back.',
    goingOn: 'Going on where it broke…',
    goingOnWhy: 'The connection broke in the middle of the answer.',
    travelOn: 'Saved answers come first',
    allUnplugged: 'No provider is plugged in',
    unplugged: (names: readonly string[]) =>
      `Provider ${list.format(names)} ${names.length > 1 ? 'are' : 'is'} unplugged`,
    standsIn: (answered: string, away: readonly string[]) =>
      `Provider ${answered} answers while ${list.format(away)} ${away.length > 1 ? 'recover' : 'recovers'}`,
    waiting: (count: number) => `${format.count(count)} waiting`,
    outbox: 'Outbox',
    outboxWith: (count: number) => (count === 0 ? 'Outbox, empty' : `Outbox, ${format.count(count)} waiting`),
    travel: 'Travel mode',
    travelWhat:
      'Saved answers come first and are refreshed in the background. What is not saved yet is asked as usual, or waits. Turn it on before you board.',
    gotIt: 'Got it',
    update: 'Update',
    updateWhat: 'A new version is ready. Loads the page anew.',
    plugs: 'Pull the plug',
  },
  outbox: {
    title: 'Outbox',
    what: 'Questions that wait for a connection. They go out by themselves.',
    empty: 'Nothing waits.',
    emptyWhat: 'A question that you ask without a connection comes here, and is sent when you are back.',
    asked: (at: number, ageMs: number) =>
      `asked ${format.time(at)}, ${ageMs < 60_000 ? 'just now' : format.ago(ageMs)}`,
    unknown: 'A question whose words are not kept here',
    state: {
      waiting: 'Waiting to be sent',
      sending: 'Being sent',
      answered: 'Answered',
      failed: 'Not answered',
      expired: 'Waited too long',
    },
    expiredWhy: 'It waited for more than a day, so it is not sent by itself.',
    triedAgain: 'The last try did not get through.',
    sendNow: 'Send now',
    askAgain: 'Ask again',
    cancel: 'Cancel',
    remove: 'Remove',
    open: 'Open its chat',
    sendNowOf: (question: string) => `Send now: ${question}`,
    askAgainOf: (question: string) => `Ask again: ${question}`,
    cancelOf: (question: string) => `Cancel: ${question}`,
    removeOf: (question: string) => `Remove: ${question}`,
    openOf: (question: string) => `Open its chat: ${question}`,
    sendingNow: 'It is being sent just now.',
    stillAway: 'Still no connection: it goes on waiting.',
  },
  plugs: {
    title: 'Pull the plug',
    what: 'Break something and keep asking. The answer should still come.',
    wifi: 'Wi-Fi',
    wifiOn: 'on',
    wifiOff: 'off: nothing reaches the router',
    provider: (name: string) => `Provider ${name}`,
    providerOn: (model: string, order: number) => `${model} · order ${format.count(order)}`,
    providerOff: (model: string) => `${model} · unplugged`,
    cent: 'Budget of one cent',
    centOff: 'off: the usual budget counts',
    centOn: 'on: at one cent a day the router says no',
    travel: 'Travel mode',
    travelOff: 'off: fresh answers first',
    travelOn: 'on: saved answers first',
    pulling: 'pulling the plug…',
    pluggingIn: 'plugging in…',
    changing: 'one moment…',
    needsWifi: 'This plug is at the router: turn on Wi-Fi first.',
    failed: (code: string, status: number | null) =>
      status === null
        ? 'Nothing changed: the router does not answer.'
        : `Nothing changed: the router said no (${status}, ${code}).`,
    failedWifi: 'Nothing changed: this browser has no worker that could pull it.',
    failedTravel: 'Nothing changed: this browser keeps nothing.',
  },
  happened: {
    title: 'What just happened',
    empty: 'Ask something. Each step of the answer then stands here.',
    asked: 'Asked',
    askedAt: (at: number) => `at ${format.time(at)}`,
    asking: 'Waiting for the first word…',
    answering: 'Answering…',
    goingOn: 'Going on where it broke…',
    noConnection: 'No connection',
    soItWaits: 'so the question waits in the outbox',
    soItWaited: 'so the question waited in the outbox',
    sent: 'Sent',
    sentBy: 'by itself, once the router was back',
    budget: 'Budget',
    budgetHeld: 'is held for this answer',
    cache: 'Cache',
    cacheHad: (ageMs: number) => `had this answer, ${ageMs < 60_000 ? 'not a minute' : format.age(ageMs)} old`,
    provider: (name: string) => `Provider ${name}`,
    answeredStatus: (status: number) => `answered ${status}`,
    again: (text: string) => `${text} again`,
    failure: (kind: string) =>
      new Map([
        ['unreachable', 'could not be reached'],
        ['silent', 'stayed silent'],
        ['slow', 'took too long'],
        ['stalled', 'fell silent in the middle'],
        ['cut', 'ended too early'],
        ['malformed', 'answered with nonsense'],
        ['lost', 'lost a part of the answer'],
        ['rate_limited', 'had too many questions'],
        ['no_money', 'says that its account is empty'],
        ['bad_key', 'does not accept the key'],
        ['no_model', 'does not know the model'],
        ['region', 'refuses this region'],
        ['too_long', 'says that the question is too long'],
        ['flagged', 'does not want to answer this'],
      ]).get(kind) ?? 'failed',
    cooldown: (leftMs: number, isAsked: boolean) =>
      isAsked
        ? `is in cooldown for another ${left(leftMs, format)}, but nobody else was left`
        : `is in cooldown for another ${left(leftMs, format)}, so it was not asked`,
    firstWord: 'first word',
    firstWordAlone: 'First word',
    answeredWhole: 'answered',
    broke: 'The connection broke',
    brokeTimes: (times: number) => (times === 1 ? 'in the middle of the answer' : `${format.count(times)} times`),
    wentOn: 'It went on',
    wentOnWhere: 'where it broke; nothing was asked twice',
    complete: 'Complete',
    tokens: (count: number) => `${format.count(count)} ${count === 1 ? 'token' : 'tokens'}`,
    stopped: 'Stopped',
    stoppedBy: 'by you',
    savedShown: 'Saved answer',
    old: (ageMs: number) => (ageMs < 60_000 ? 'not a minute old' : `${format.age(ageMs)} old`),
    savedCause: (cause: string): { lead: string; rest: string } =>
      new Map([
        ['offline', { lead: 'No connection', rest: 'so nothing was sent' }],
        ['unreachable', { lead: 'The router', rest: 'could not be reached' }],
        ['timeout', { lead: 'The router', rest: 'did not answer in time' }],
        ['cut', { lead: 'The new answer', rest: 'broke off' }],
        ['mode', { lead: 'Travel mode', rest: 'shows saved answers first' }],
      ]).get(cause) ?? {
        lead: 'The router',
        rest: cause.startsWith('http_') ? `answered ${cause.slice(5)}` : 'did not answer',
      },
    mode: {
      safeguard: { lead: 'Budget nearly used', rest: 'so a smaller model was asked' },
      bypass: { lead: 'Bypass', rest: 'only the first provider may be asked' },
      drill: { lead: 'Drill', rest: 'something was broken on purpose' },
    },
  },
  provenance: {
    label: 'Where this answer comes from',
    goingOn: 'Going on where it broke…',
    waiting: 'Waiting to be sent',
    askedAt: (at: number) => `asked ${format.time(at)}`,
    goesOutLater: 'goes out by itself when you are back',
    goesOutSoon: 'goes out by itself in a moment',
    stopped: 'Stopped',
    noAnswer: 'No answer',
    brokeOff: 'Not complete',
    failed: (names: readonly string[]) => `${list.format(names)} failed`,
    failedOver: (names: readonly string[], answered: string) => `${list.format(names)} failed, ${answered} answered`,
    stoodIn: (names: readonly string[], answered: string) =>
      `${answered} answered while ${list.format(names)} ${names.length > 1 ? 'recover' : 'recovers'}`,
    retried: (answered: string) => `${answered} failed, then answered`,
    wentOn: 'Went on where it broke',
    mode: {
      safeguard: 'Answered by a smaller model',
      bypass: 'Straight from the first provider',
      drill: 'Answered during a drill',
    },
    saved: (ageMs: number) => (ageMs < 60_000 ? 'Saved just now' : `Saved ${format.ago(ageMs)}`),
    savedBecause: (cause: string, isOnline: boolean) => {
      if (cause === 'mode') return 'travel mode shows saved answers first';
      const again = isOnline ? 'ask again for a fresh one' : 'ask again later for a fresh one';
      const why = new Map([
        ['offline', isOnline ? 'you were offline' : 'you are offline'],
        ['unreachable', isOnline ? 'the router was away' : 'the router does not answer'],
        ['timeout', 'the router did not answer in time'],
        ['cut', 'the new answer broke off'],
      ]).get(cause);
      return `${why ?? 'the router had a problem'}; ${again}`;
    },
    cached: 'From the cache',
    old: (ageMs: number) => (ageMs < 60_000 ? 'not a minute old' : `${format.age(ageMs)} old`),
    queued: 'Answered later',
    askedAndAnswered: (askedAt: number, answeredAt: number) =>
      `asked ${format.time(askedAt)}, answered ${format.time(answeredAt)}`,
    toFirstWord: (ms: number) => `${format.seconds(ms)} to first word`,
    inAll: (ms: number) => `${format.seconds(ms)} in all`,
  },
});
