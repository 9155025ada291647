/** The German words that say why there is no answer, and what to do. */
import type { enProblems } from './en-problems.ts';
import type { Format } from './format.ts';

export const deProblems = (format: Format): ReturnType<typeof enProblems> => ({
  budget: {
    title: 'Das Budget reicht nicht mehr',
    text: 'Diese Frage könnte mehr kosten, als noch übrig ist. Deshalb ging sie an keinen Anbieter.',
    next: (at, now) =>
      at === null
        ? 'Frag etwas Kürzeres oder warte auf das neue Budget.'
        : `Das neue Budget beginnt ${format.when(at, now)}.`,
  },
  rate: {
    title: 'Zu viele Fragen auf einmal',
    text: 'Du hast dein Limit für Fragen oder Wörter vorerst erreicht.',
    next: (at, now) =>
      at === null ? 'Warte kurz und frag dann noch einmal.' : `Frag ${format.when(at, now)} noch einmal.`,
  },
  providerRate: {
    title: 'Die Anbieter sind ausgelastet',
    text: 'Alle Anbieter melden gerade zu viele Anfragen. An deinen eigenen Limits liegt es nicht.',
    next: (at, now) =>
      at === null ? 'Frag in einer Minute noch einmal.' : `Frag ${format.when(at, now)} noch einmal.`,
  },
  providers: {
    title: 'Kein Anbieter hat geantwortet',
    text: 'Alle Anbieter wurden gefragt, und alle sind ausgefallen. Für eine Antwort hast du nichts bezahlt.',
    next: (at, now) =>
      at === null
        ? 'Falls du einen Stecker gezogen hast: steck ihn wieder ein und frag noch einmal.'
        : `Steck einen gezogenen Stecker wieder ein oder frag ${format.when(at, now)} noch einmal.`,
  },
  busy: {
    title: 'Der Router ist ausgelastet',
    text: 'Er konnte deine Frage gerade nicht annehmen. An einen Anbieter ging nichts.',
    next: (at, now) => (at === null ? 'Frag gleich noch einmal.' : `Frag ${format.when(at, now)} noch einmal.`),
  },
  cut: {
    title: 'Die Antwort ist abgebrochen',
    text: 'Was ankam, steht oben. Der Rest ließ sich nicht mehr holen.',
    next: () => 'Frag noch einmal, dann bekommst du sie ganz.',
  },
  signIn: {
    title: 'Du bist nicht angemeldet',
    text: 'Deine Anmeldung ist abgelaufen, es gab noch keine, oder der Router nimmt sie nicht an.',
    next: () => 'Melde dich an, wo du es sonst tust, und lade dann die Seite neu.',
  },
  notAllowed: {
    title: 'Das darf diese Seite nicht fragen',
    text: 'Der Router lässt diese Seite oder diesen Schlüssel hier nicht fragen.',
    next: () => 'Wer den Router betreibt, kann es in der Konfiguration erlauben.',
  },
  notConfigured: {
    title: 'Der Router ist noch nicht eingerichtet',
    text: 'Er läuft, hat aber noch keinen Anbieter oder Schlüssel, um zu antworten.',
    next: () => 'Ergänze, was fehlt, und frag dann noch einmal.',
  },
  offline: {
    title: 'Du bist offline, und zu dieser Frage ist nichts gespeichert',
    text: 'Dieser Browser konnte die Frage auch nicht für später behalten.',
    next: () => 'Frag noch einmal, wenn du wieder Netz hast.',
  },
  unreachable: {
    title: 'Der Router antwortet nicht',
    text: 'Das Netz funktioniert, aber vom Router kam nichts zurück.',
    next: () => 'Frag gleich noch einmal.',
  },
  unreadable: {
    title: 'Das war nicht der Router',
    text: 'An seiner Stelle hat etwas anderes geantwortet, zum Beispiel die Anmeldeseite eines Hotel-WLANs.',
    next: () =>
      'Öffne irgendeine andere Seite und sieh nach, ob du dich im Netz anmelden musst. Dann frag noch einmal.',
  },
  cancelled: {
    title: 'Du hast diese Frage abgebrochen',
    text: 'Sie wird nicht gesendet.',
    next: () => 'Frag noch einmal, wenn du es doch wissen willst.',
  },
  tooLarge: {
    title: 'Diese Frage ist zu lang',
    text: 'Frage und Gespräch zusammen sind zu lang, um sie auf einmal zu senden.',
    next: () => 'Kürze die Frage oder beginne einen neuen Chat.',
  },
  expired: {
    title: 'Diese Frage hat zu lange gewartet',
    text: 'Sie konnte nicht rechtzeitig gesendet werden und wurde deshalb nicht gestellt.',
    next: () => 'Frag noch einmal, wenn du es noch wissen willst.',
  },
  unknown: {
    title: 'Es kam keine Antwort',
    text: 'Etwas ist schiefgegangen, und mehr weiß diese Seite nicht.',
    next: (at, now) =>
      at === null
        ? 'Frag noch einmal. Wenn es dabei bleibt, sag dem Betreiber des Routers Bescheid.'
        : `Frag ${format.when(at, now)} noch einmal.`,
  },
  oneCent: 'Oder schalte „Budget von einem Cent“ aus.',
  again: 'Du hast noch einmal gefragt, aber es kam keine neue Antwort. Das ist die von vorher.',
  routerSays: (message) => `Der Router sagt: ${message}`,
  requestId: (id) => `Anfrage ${id}`,
  code: (code) => `Code ${code}`,
  askAgain: 'Noch einmal fragen',
  reload: 'Seite neu laden',
  editQuestion: 'Frage bearbeiten',
});
