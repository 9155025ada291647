/** German words of the strip, the outbox, the plugs, "What just happened" and the line under each answer. */
import type { Format } from './format.ts';
import type { lineEn } from './line-en.ts';

const list = new Intl.ListFormat('de', { type: 'conjunction' });

/** How long something still lasts. */
const left = (ms: number, format: Format) =>
  ms < 120_000 ? `${format.count(Math.max(1, Math.ceil(ms / 1_000)))} s` : format.age(ms);

export const lineDe = (format: Format): ReturnType<typeof lineEn> => ({
  strip: {
    label: 'Verbindung',
    connected: 'Verbunden',
    offline: 'Keine Verbindung.',
    unreachable: 'Der Router antwortet nicht.',
    tryingAgain: 'Nächster Versuch läuft…',
    awayKept: 'Gespeicherte Antworten gehen weiter, neue Fragen warten.',
    awayNotKept: 'Frag noch einmal, wenn du wieder verbunden bist.',
    goingOn: 'Geht weiter, wo es abriss…',
    goingOnWhy: 'Die Verbindung riss mitten in der Antwort ab.',
    travelOn: 'Gespeicherte Antworten kommen zuerst',
    allUnplugged: 'Kein Anbieter ist eingesteckt',
    unplugged: (names) => `Anbieter ${list.format(names)} ${names.length > 1 ? 'sind' : 'ist'} ausgesteckt`,
    standsIn: (answered, away) =>
      `Anbieter ${answered} antwortet, während ${list.format(away)} sich ${away.length > 1 ? 'erholen' : 'erholt'}`,
    waiting: (count) => `${format.count(count)} ${count === 1 ? 'wartet' : 'warten'}`,
    outbox: 'Postausgang',
    outboxWith: (count) =>
      count === 0 ? 'Postausgang, leer' : `Postausgang, ${format.count(count)} ${count === 1 ? 'wartet' : 'warten'}`,
    travel: 'Reisemodus',
    travelWhat:
      'Gespeicherte Antworten kommen zuerst und werden im Hintergrund erneuert. Was noch nicht gespeichert ist, wird wie sonst gefragt oder wartet. Schalte ihn ein, bevor du einsteigst.',
    gotIt: 'Verstanden',
    update: 'Aktualisieren',
    updateWhat: 'Eine neue Version ist da. Die Seite wird neu geladen.',
    plugs: 'Stecker ziehen',
  },
  outbox: {
    title: 'Postausgang',
    what: 'Fragen, die auf eine Verbindung warten. Sie gehen von selbst hinaus.',
    empty: 'Nichts wartet.',
    emptyWhat: 'Was du ohne Verbindung fragst, kommt hierher und geht hinaus, sobald du wieder verbunden bist.',
    asked: (at, ageMs) => `gefragt um ${format.time(at)}, ${ageMs < 60_000 ? 'gerade eben' : format.ago(ageMs)}`,
    unknown: 'Eine Frage, deren Wortlaut hier nicht gespeichert ist',
    state: {
      waiting: 'Wartet aufs Absenden',
      sending: 'Wird gesendet',
      answered: 'Beantwortet',
      failed: 'Nicht beantwortet',
      expired: 'Zu lange gewartet',
    },
    expiredWhy: 'Sie hat über einen Tag gewartet und geht nicht mehr von selbst hinaus.',
    triedAgain: 'Der letzte Versuch kam nicht durch.',
    sendNow: 'Jetzt senden',
    askAgain: 'Noch einmal fragen',
    cancel: 'Abbrechen',
    remove: 'Entfernen',
    open: 'Zum Chat',
    sendNowOf: (question) => `Jetzt senden: ${question}`,
    askAgainOf: (question) => `Noch einmal fragen: ${question}`,
    cancelOf: (question) => `Abbrechen: ${question}`,
    removeOf: (question) => `Entfernen: ${question}`,
    openOf: (question) => `Zum Chat: ${question}`,
    sendingNow: 'Sie wird gerade gesendet.',
    stillAway: 'Noch keine Verbindung: sie wartet weiter.',
  },
  plugs: {
    title: 'Stecker ziehen',
    what: 'Mach etwas kaputt und frag weiter. Die Antwort sollte trotzdem kommen.',
    wifi: 'WLAN',
    wifiOn: 'an',
    wifiOff: 'aus: nichts erreicht den Router',
    provider: (name) => `Anbieter ${name}`,
    providerOn: (model, order) => `${model} · Platz ${format.count(order)}`,
    providerOff: (model) => `${model} · ausgesteckt`,
    cent: 'Budget von einem Cent',
    centOff: 'aus: das übliche Budget gilt',
    centOn: 'an: ab einem Cent am Tag sagt der Router nein',
    travel: 'Reisemodus',
    travelOff: 'aus: frische Antworten zuerst',
    travelOn: 'an: gespeicherte Antworten zuerst',
    pulling: 'wird ausgesteckt…',
    pluggingIn: 'wird eingesteckt…',
    changing: 'einen Moment…',
    needsWifi: 'Dieser Stecker sitzt am Router: schalte erst das WLAN ein.',
    failed: (code, status) =>
      status === null
        ? 'Nichts geändert: der Router antwortet nicht.'
        : `Nichts geändert: der Router hat abgelehnt (${status}, ${code}).`,
    failedWifi: 'Nichts geändert: dieser Browser hat keinen Worker, der es könnte.',
    failedTravel: 'Nichts geändert: dieser Browser speichert nichts.',
  },
  happened: {
    title: 'Was gerade geschah',
    empty: 'Frag etwas. Dann steht hier jeder Schritt der Antwort.',
    asked: 'Gefragt',
    askedAt: (at) => `um ${format.time(at)}`,
    asking: 'Wartet auf das erste Wort…',
    answering: 'Antwortet…',
    goingOn: 'Geht weiter, wo es abriss…',
    noConnection: 'Keine Verbindung',
    soItWaits: '– die Frage wartet im Postausgang',
    soItWaited: '– die Frage wartete im Postausgang',
    sent: 'Gesendet',
    sentBy: 'von selbst, sobald der Router wieder da war',
    budget: 'Budget',
    budgetHeld: 'ist für diese Antwort zurückgelegt',
    cache: 'Zwischenspeicher',
    cacheHad: (ageMs) => `hatte diese Antwort, ${ageMs < 60_000 ? 'keine Minute' : format.age(ageMs)} alt`,
    provider: (name) => `Anbieter ${name}`,
    answeredStatus: (status) => `antwortete ${status}`,
    again: (text) => `${text}, noch einmal`,
    failure: (kind) =>
      new Map([
        ['unreachable', 'war nicht zu erreichen'],
        ['silent', 'blieb still'],
        ['slow', 'brauchte zu lange'],
        ['stalled', 'verstummte mittendrin'],
        ['cut', 'hörte zu früh auf'],
        ['malformed', 'antwortete Unsinn'],
        ['lost', 'verlor einen Teil der Antwort'],
        ['rate_limited', 'hatte zu viele Fragen'],
        ['no_money', 'meldet ein leeres Konto'],
        ['bad_key', 'nimmt den Schlüssel nicht an'],
        ['no_model', 'kennt das Modell nicht'],
        ['region', 'lehnt diese Region ab'],
        ['too_long', 'findet die Frage zu lang'],
        ['flagged', 'möchte das nicht beantworten'],
      ]).get(kind) ?? 'ist ausgefallen',
    cooldown: (leftMs, isAsked) =>
      isAsked
        ? `pausiert noch ${left(leftMs, format)}, aber sonst war niemand übrig`
        : `pausiert noch ${left(leftMs, format)} und wurde nicht gefragt`,
    firstWord: 'erstes Wort',
    firstWordAlone: 'Erstes Wort',
    answeredWhole: 'hat geantwortet',
    broke: 'Die Verbindung riss ab',
    brokeTimes: (times) => (times === 1 ? 'mitten in der Antwort' : `${format.count(times)}-mal`),
    wentOn: 'Es ging weiter',
    wentOnWhere: 'wo es abriss; nichts wurde zweimal gefragt',
    complete: 'Vollständig',
    tokens: (count) => `${format.count(count)} Token`,
    stopped: 'Angehalten',
    stoppedBy: 'von dir',
    savedShown: 'Gespeicherte Antwort',
    old: (ageMs) => (ageMs < 60_000 ? 'keine Minute alt' : `${format.age(ageMs)} alt`),
    savedCause: (cause) =>
      new Map([
        ['offline', { lead: 'Keine Verbindung', rest: '– nichts wurde gesendet' }],
        ['unreachable', { lead: 'Der Router', rest: 'war nicht zu erreichen' }],
        ['timeout', { lead: 'Der Router', rest: 'antwortete nicht rechtzeitig' }],
        ['cut', { lead: 'Die neue Antwort', rest: 'riss ab' }],
        ['mode', { lead: 'Der Reisemodus', rest: 'zeigt Gespeichertes zuerst' }],
      ]).get(cause) ?? {
        lead: 'Der Router',
        rest: cause.startsWith('http_') ? `antwortete ${cause.slice(5)}` : 'antwortete nicht',
      },
    mode: {
      safeguard: { lead: 'Budget fast verbraucht', rest: '– ein kleineres Modell wurde gefragt' },
      bypass: { lead: 'Umgehung', rest: 'nur der erste Anbieter darf gefragt werden' },
      drill: { lead: 'Übung', rest: 'etwas wurde absichtlich kaputt gemacht' },
    },
  },
  provenance: {
    label: 'Woher diese Antwort kommt',
    goingOn: 'Geht weiter, wo es abriss…',
    waiting: 'Wartet aufs Absenden',
    askedAt: (at) => `gefragt um ${format.time(at)}`,
    goesOutLater: 'geht von selbst hinaus, wenn du wieder verbunden bist',
    goesOutSoon: 'geht gleich von selbst hinaus',
    stopped: 'Angehalten',
    noAnswer: 'Keine Antwort',
    brokeOff: 'Nicht vollständig',
    failed: (names) => `${list.format(names)} ${names.length > 1 ? 'sind' : 'ist'} ausgefallen`,
    failedOver: (names, answered) =>
      `${list.format(names)} ${names.length > 1 ? 'fielen' : 'fiel'} aus, ${answered} antwortete`,
    stoodIn: (names, answered) =>
      `${answered} antwortete, während ${list.format(names)} sich ${names.length > 1 ? 'erholen' : 'erholt'}`,
    retried: (answered) => `${answered} fiel aus, dann antwortete ${answered}`,
    wentOn: 'Ging weiter, wo es abriss',
    mode: {
      safeguard: 'Von einem kleineren Modell',
      bypass: 'Direkt vom ersten Anbieter',
      drill: 'Während einer Übung beantwortet',
    },
    saved: (ageMs) => (ageMs < 60_000 ? 'Gerade eben gespeichert' : `Gespeichert ${format.ago(ageMs)}`),
    savedBecause: (cause, isOnline) => {
      if (cause === 'mode') return 'der Reisemodus zeigt Gespeichertes zuerst';
      const again = isOnline ? 'frag noch einmal für eine frische' : 'frag später noch einmal für eine frische';
      const why = new Map([
        ['offline', isOnline ? 'du warst offline' : 'du bist offline'],
        ['unreachable', isOnline ? 'der Router war weg' : 'der Router antwortet nicht'],
        ['timeout', 'der Router antwortete nicht rechtzeitig'],
        ['cut', 'die neue Antwort riss ab'],
      ]).get(cause);
      return `${why ?? 'der Router hatte ein Problem'}; ${again}`;
    },
    cached: 'Aus dem Zwischenspeicher',
    old: (ageMs) => (ageMs < 60_000 ? 'keine Minute alt' : `${format.age(ageMs)} alt`),
    queued: 'Später beantwortet',
    askedAndAnswered: (askedAt, answeredAt) =>
      `gefragt um ${format.time(askedAt)}, beantwortet um ${format.time(answeredAt)}`,
    toFirstWord: (ms) => `${format.seconds(ms)} bis zum ersten Wort`,
    inAll: (ms) => `${format.seconds(ms)} insgesamt`,
  },
});
