/** The page's words in German. */
import { deExport } from './de-export.ts';
import { deProblems } from './de-problems.ts';
import type { en } from './en.ts';
import type { Format } from './format.ts';
import { lineDe } from './line-de.ts';
import { markdownDe } from './markdown-de.ts';

export const de = (format: Format): ReturnType<typeof en> => ({
  app: {
    name: 'Carryon',
    tagline: 'KI, die weitermacht.',
    skip: 'Zum Gespräch springen',
    close: 'Schließen',
    dismiss: 'Ausblenden',
  },
  list: {
    heading: 'Chats',
    open: 'Liste der Chats öffnen',
    newChat: 'Neuer Chat',
    today: 'Heute',
    yesterday: 'Gestern',
    earlier: 'Früher',
    untitled: 'Chat ohne Titel',
    empty: 'Hier stehen bald deine Chats. Sie bleiben verschlüsselt in diesem Browser.',
    answering: 'antwortet …',
    queued: (count) => `${format.count(count)} ${count === 1 ? 'wartet' : 'warten'}`,
    more: (title) => `Mehr zu „${title}“`,
    export: 'Als Markdown speichern',
    delete: 'Löschen',
    deleted: 'Chat gelöscht.',
    undo: 'Rückgängig',
    undoLabel: (title) => `Rückgängig: „${title}“ zurückholen`,
    exported: (name) => `Gespeichert als ${name}.`,
    exportFailed: 'Dieser Chat ließ sich nicht speichern.',
  },
  foot: {
    guest: 'Gast',
    account: (name) => `${name}: Tastatur und Abmelden`,
    spentToday: (usd) => `heute ${format.usd(usd)}`,
    keys: 'Tastatur',
    signOut: 'Abmelden',
    signOutTitle: 'Abmelden?',
    signOutText:
      'Dieser Browser vergisst deine Chats, Entwürfe, gespeicherten Antworten und alle Fragen, die noch warten.',
    signOutFailed:
      'Die Abmeldung wurde nicht abgeschlossen. Schließ alle anderen Tabs dieser Seite und versuch es noch einmal.',
    stay: 'Angemeldet bleiben',
  },
  keys: {
    title: 'Tastatur',
    rows: [
      ['Enter', 'Sendet die Frage'],
      ['Umschalt + Enter', 'Beginnt eine neue Zeile'],
      ['Esc', 'Schließt, was offen ist, oder stoppt die Antwort'],
      ['↑', 'Im leeren Feld: bearbeitet deine letzte Frage'],
    ],
  },
  thread: {
    label: 'Gespräch',
    question: 'Deine Frage',
    answer: 'Antwort',
    thinking: 'Das erste Wort kommt gleich',
    edit: 'Frage bearbeiten',
    editLabel: 'Bearbeite deine Frage',
    editSend: 'Stattdessen das fragen',
    editCancel: 'Abbrechen',
    askAgain: 'Noch einmal fragen',
    copy: 'Antwort kopieren',
    copied: 'Kopiert',
    copyFailed: 'Dieser Browser hat das Kopieren nicht erlaubt.',
    stopped: 'Du hast diese Antwort gestoppt.',
    stoppedEmpty: 'Du hast gestoppt, bevor das erste Wort kam.',
    emptyAnswer: 'Die Antwort kam ohne Text.',
    ending: {
      limit: 'Diese Antwort endet hier, weil sie die maximale Länge erreicht hat.',
      filter: 'Diese Antwort endet hier, weil der Filter des Anbieters sie beendet hat.',
      gap: 'Ein Teil dieser Antwort war nicht lesbar, vielleicht fehlen Wörter.',
    },
    isCut: 'Frühere Fragen sind weg: Von einem langen Chat behält dieser Browser nur den neuesten Teil.',
  },
  waiting: {
    title: 'Diese Frage ist neu, deshalb ist dazu nichts gespeichert.',
    titleRefused: 'Gerade konnte kein Anbieter antworten, deshalb wartet diese Frage.',
    state: 'Wartet aufs Senden',
    sending: 'Wird gesendet',
    detail: (askedAt) => `gefragt um ${format.time(askedAt)} · geht von selbst raus, sobald du wieder Netz hast`,
    detailOnline: (askedAt) => `gefragt um ${format.time(askedAt)} · geht von selbst raus`,
    sendNow: 'Jetzt senden',
    cancel: 'Abbrechen',
  },
  composer: {
    label: 'Deine Frage',
    placeholder: 'Frag, was du willst',
    send: 'Senden',
    stop: 'Stopp',
    queue: 'Vormerken',
    hint: 'Enter sendet, Umschalt + Enter beginnt eine neue Zeile',
    hintTouch: 'Fällt ein Anbieter aus, antwortet der nächste.',
    hintOffline: 'Du bist offline. Deine Frage geht raus, sobald du wieder Netz hast.',
    hintUnreachable: 'Der Router antwortet nicht. Deine Frage geht raus, sobald er wieder da ist.',
    hintStreaming: 'Du kannst schon die nächste Frage schreiben. Esc stoppt die Antwort.',
    hintTravel: 'Reisemodus: Gespeicherte Antworten kommen zuerst.',
  },
  welcome: {
    title: 'Frag etwas. Und dann mach etwas kaputt.',
    text: 'Fällt ein Anbieter aus, antwortet der nächste. Bricht das WLAN ab, wartet deine Frage. Und kein Budget wird überzogen.',
    examplesLabel: 'Beispiele für den Anfang',
    examples: [
      {
        try: 'Zieh den Stecker von Anbieter A und frag dann: B antwortet',
        question: 'Erklär mir in etwa 300 Wörtern, wie eine Hängebrücke ihre Last trägt.',
      },
      {
        try: 'Frag, schalte das WLAN aus und frag dasselbe noch einmal',
        question: 'Was packe ich für vier heiße Tage in Lissabon ein, nur mit Handgepäck?',
      },
      {
        try: 'Erst das WLAN ausschalten: Die Frage wartet und geht von selbst raus',
        question: 'Welche drei Fragen sollte ich stellen, bevor ich eine Wohnung miete?',
      },
      {
        try: 'Code und eine Tabelle, die beim Schreiben entstehen',
        question: 'Vergleiche HTTP 429, 502 und 503 in einer Tabelle, mit einer Retry-Funktion in TypeScript.',
      },
    ],
    sandbox:
      'Hier antworten zwei Übungsanbieter, und was sie sagen, ist ausgedacht. Für echte trägst du ein paar Zeilen in .dev.vars ein (siehe README.md).',
    tryWithoutPlugs: 'Eine lange Antwort: Stopp sie, oder schreib schon die nächste Frage',
    offline: 'Du bist offline. Chats und Antworten, die du schon gesehen hast, findest du weiter in der Liste.',
  },
  side: {
    open: 'Stecker ziehen und sehen, was gerade passiert ist',
    label: 'Stecker ziehen, und was gerade passiert ist',
  },
  notices: {
    nobody:
      'Du bist nicht angemeldet, deshalb wird nichts gespeichert: Deine Chats sind weg, wenn du diese Seite schließt. Melde dich an und lade sie dann neu.',
    notKept:
      'Dieser Browser kann für diese Seite nichts speichern (privates Fenster oder kein Platz mehr). Deine Chats sind weg, wenn du sie schließt, und Fragen können nicht auf eine Verbindung warten.',
  },
  off: {
    title: 'Die Demo ist nicht eingeschaltet',
    off: 'Dieser Router läuft, aber sein Betreiber hat die Demo nicht eingeschaltet. Von dieser Seite kann niemand fragen, und sie kostet nichts.',
    noKey: 'Die Demo ist eingeschaltet, aber ihr Schlüssel ist nicht gesetzt.',
    notConfigured: 'Dieser Router ist noch nicht eingerichtet und kann deshalb nicht antworten.',
    unreachableTitle: 'Der Router antwortet nicht',
    unreachable:
      'Diese Seite braucht den Router einmal, um zu erfahren, wie man sich hier anmeldet. Danach geht sie auch offline.',
    missing: 'Es fehlt:',
    how: 'So schaltest du sie ein: Leg in carryon.config.ts fest, wie man sich anmeldet, erstell einen Schlüssel, setz ihn und veröffentliche sie:',
    howKey: 'Erstell einen öffentlichen Schlüssel, setz ihn und veröffentliche sie neu:',
    docs: 'In docs/demo.md steht, wie man sich anmelden kann und was es kostet.',
    retry: 'Noch einmal versuchen',
  },
  spoken: {
    complete: (by) => (by === null ? 'Antwort vollständig.' : `Antwort vollständig. ${by} hat geantwortet.`),
    saved: (ageMs) => `Antwort vollständig. Gespeichert ${format.ago(ageMs)}.`,
    stopped: 'Antwort gestoppt.',
    waiting: 'Deine Frage wartet und geht von selbst raus.',
    cancelled: 'Frage abgebrochen.',
    code: 'Codeblock.',
    table: 'Tabelle.',
  },
  problems: deProblems(format),
  ...lineDe(format),
  markdown: markdownDe,
  exported: deExport(format),
});
