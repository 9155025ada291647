/** The page's words in German. */
import type { Figures } from './figures.ts';
import type { Broke } from './report.ts';
import type { statusEn } from './words-en.ts';

export const statusDe = (figures: Figures): ReturnType<typeof statusEn> => ({
  title: 'Status',
  loading: 'Die Zahlen werden gelesen …',
  overall: {
    nothing: 'Hier ist kein Versprechen veröffentlicht',
    broken: (broken, of) => {
      if (of === 1) return 'Das Versprechen ist gebrochen';
      if (broken === of) return 'Alle Versprechen sind gebrochen';
      return broken === 1 ? 'Ein Versprechen ist gebrochen' : `${figures.count(broken)} Versprechen sind gebrochen`;
    },
    strained: (strained, of) => {
      if (of === 1) return 'Das Versprechen wird gehalten, ist aber in Gefahr';
      return `Alle Versprechen werden gehalten, ${strained === 1 ? 'eines ist' : `${figures.count(strained)} sind`} in Gefahr`;
    },
    incident: 'Wir arbeiten an einer Störung',
    maintenance: (until) => `Geplante Wartung bis ${figures.clock(until)}`,
    kept: (of) => (of === 1 ? 'Das Versprechen wird gehalten' : 'Alle Versprechen werden gehalten'),
    unknown: 'Es gab noch keine Anfragen, an denen es sich messen ließe',
  },
  concerned: {
    broken: (titles) => `Nicht gehalten: ${titles}`,
    strained: (titles) => `In Gefahr: ${titles}`,
  },
  nothingWhat: 'Die Betreiber dieses Dienstes haben hier kein Versprechen veröffentlicht. Fragen Sie dort nach.',
  measured: (service, at) => `${service} · gemessen am Rand des Netzes, ${figures.moment(at)}`,
  away: {
    service: {
      title: 'Der Dienst antwortet nicht',
      what: 'Diese Seite versucht es alle 30 Sekunden noch einmal. Wenn sich andere Websites öffnen, liegt es am Dienst selbst.',
      stale: (at) =>
        `Der Dienst antwortet nicht. Diese Zahlen sind vom Stand ${figures.moment(at)}. Diese Seite versucht es weiter.`,
    },
    figures: {
      title: 'Die Zahlen lassen sich gerade nicht lesen',
      what: 'Der Dienst antwortet, aber seine Zahlen lassen sich nicht lesen. Diese Seite versucht es alle 30 Sekunden noch einmal.',
      stale: (at) =>
        `Neuere Zahlen lassen sich gerade nicht lesen. Diese sind vom Stand ${figures.moment(at)}. Diese Seite versucht es weiter.`,
    },
    again: 'Jetzt noch einmal versuchen',
  },
  promises: {
    heading: 'Was wir versprechen',
    over: (window) => `Über jeweils ${figures.duration(window)}.`,
    cells: 'Ein Feld ist ein Tag; an grauen Tagen gab es keine Anfragen.',
    overOwn: (window) => `über jeweils ${figures.duration(window)}`,
    everything: 'Alles',
    success: 'Antworten kommen an',
    ttft: (under) => `Das erste Wort kommt binnen ${figures.duration(under)}`,
    latency: (under) => `Die ganze Antwort kommt binnen ${figures.duration(under)}`,
    averageCost: (usd) => `Eine Antwort kostet uns im Schnitt höchstens ${figures.usd(usd)}`,
    cost: (usd) => `Eine Antwort kostet uns höchstens ${figures.usd(usd)}`,
    valid: 'Antworten haben die verlangte Form',
    quality: 'Antworten werden als gut bewertet',
    external: (name) => `Der Dienst „${name}“ funktioniert`,
    composite: 'Alles zusammen',
    compositeOf: (titles) => `Zusammen: ${figures.list(titles)}.`,
    dependsOn: (titles) => `Hängt auch ab von: ${figures.list(titles)}.`,
    share: (share, total, isOfAnswers) => {
      if (total !== undefined) return `${share} von ${figures.count(total)} Antworten`;
      return isOfAnswers ? `${share} der Antworten` : share;
    },
    promise: (percent) => `versprochen ${percent}`,
    average: (usd) => `im Mittel ${figures.usd(usd)}`,
    noTraffic: 'noch nichts zu beurteilen',
    standing: { kept: 'gehalten', strained: 'in Gefahr', broken: 'gebrochen', unknown: 'keine Daten' },
    exhausts: (inMs) => `Geht es weiter wie in der letzten Stunde, ist es in ${figures.length(inMs)} gebrochen.`,
  },
  days: {
    first: (days) => `vor ${figures.count(days)} Tagen`,
    last: 'heute',
    state: { kept: 'gehalten', strained: 'belastet', broken: 'gebrochen', no_data: 'keine Anfragen' },
    summary: (days, parts) => `Die letzten ${figures.count(days)} Tage: ${figures.list(parts)}`,
    some: (count, state) => `${figures.count(count)} ${state}`,
    table: 'Tag für Tag',
    caption: (title) => `${title}, nach Tagen (UTC)`,
    day: 'Tag',
    how: 'Das Versprechen war',
  },
  happened: {
    heading: 'Was passiert ist',
    nothing: 'Nichts: keine Störung, keine Wartung.',
    drill: 'Geplante Übung',
    drilled: (feature) =>
      `Wir haben Antworten${feature === null ? '' : ` von ${feature}`} absichtlich scheitern lassen, aber nur bei unseren eigenen Anfragen.`,
    made: (broke, feature) => madeDe(broke, feature === null ? '' : ` von ${feature}`),
    problem: 'Eine Störung',
    maintenance: 'Geplante Wartung',
    solved: (what, ms) => `${what}, behoben nach ${figures.length(ms)}`,
    goingOn: (what, ms) => `${what}, seit ${figures.length(ms)}`,
    touched: (title) => `Betroffen ist dieses Versprechen: ${title}.`,
    touchedThen: (title) => `Betroffen war dieses Versprechen: ${title}.`,
    now: 'läuft gerade',
    planned: 'angekündigt',
    over: 'vorbei',
  },
  foot: {
    contact: 'Fragen?',
    json: 'Dasselbe als JSON',
  },
});

/** The sentence for an incident that has no public note. */
function madeDe(broke: Broke, of: string): string {
  switch (broke) {
    case 'success':
      return `Einige Antworten${of} kamen nicht an.`;
    case 'ttft':
      return `Antworten${of} begannen später als versprochen.`;
    case 'latency':
      return `Antworten${of} brauchten länger als versprochen.`;
    case 'cost':
    case 'average':
      return `Antworten${of} kosteten mehr als geplant.`;
    case 'valid':
      return `Einige Antworten${of} hatten nicht die verlangte Form.`;
    case 'quality':
      return `Einige Antworten${of} waren nicht so gut wie versprochen.`;
    case 'external':
      return `Ein Dienst hinter den Antworten${of} funktionierte nicht wie versprochen.`;
    case 'composite':
      return `Einige Antworten${of} waren nicht wie versprochen.`;
    case null:
      return 'Etwas funktionierte nicht wie versprochen.';
  }
}
