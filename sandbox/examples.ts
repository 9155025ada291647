/** The sandbox's answers to the demo's examples: lists, a table and code, as models write them. */

/** The function that the answers in both languages show. */
const FETCH_PATIENTLY = `\`\`\`ts
const RETRIED = new Set([429, 502, 503]);

export async function fetchPatiently(url: string, tries = 4) {
  for (let tried = 1; ; tried++) {
    const response = await fetch(url);
    if (!RETRIED.has(response.status) || tried === tries) return response;
    const told = Number(response.headers.get('retry-after'));
    const seconds = (told || 2 ** tried / 2) * (1 + Math.random() / 4);
    await new Promise((go) => setTimeout(go, seconds * 1_000));
  }
}
\`\`\``;

/** The answers by question, in the demo's exact words. */
const ANSWERS: Readonly<Record<string, string>> = {
  'Explain how a suspension bridge carries its load, in about 300 words.': `A suspension bridge hangs its road from above, and lets **every part do the one thing it is good at**: steel ropes pull, towers push, and rock holds on.

### The way of the load

1. **The deck** takes the weight of cars and people. It is stiffened by a truss or a box, so that a single lorry does not bend it much.
2. **The hangers**, thin vertical ropes every ten to twenty metres, pull the deck up.
3. **The main cables** collect the pull of all hangers. They hang in a curve close to a parabola, because the load along the road is nearly even.
4. **The towers** carry what the cables press down on them. They are under almost pure compression, which concrete and steel bear well.
5. **The anchorages** at both ends hold the cables. They are huge blocks of concrete, or tunnels in the rock, that must not slide.

### Why the sag matters

The flatter the cable, the harder it pulls. For an even load the horizontal pull is

\`\`\`text
H = w × L² / (8 × f)
\`\`\`

with the load \`w\` for each metre, the span \`L\` and the sag \`f\`. Half the sag means twice the pull, so most bridges choose a sag of about a tenth of their span.

### What can go wrong

- **Wind.** A light deck can begin to swing and twist. The Tacoma Narrows bridge fell in 1940 because of it; today decks are shaped like wings and tested in wind tunnels.
- **Uneven load.** A train on one half changes the curve of the cable. The stiff deck spreads its weight.
- **Rust.** Nobody can look inside a cable of thousands of wires, so many are kept dry with pumped air.

> In one sentence: the road hangs from the hangers, the hangers from the cables, and the cables from the towers and the ground.`,

  'What should I pack for four hot days in Lisbon, hand luggage only?': `Light fabrics, and one layer for the evening wind off the river. For four days:

- **Clothes:** 4 T-shirts, 2 pairs of shorts, one linen shirt, one thin jumper
- **Shoes with grip:** the tiles are polished and the hills are steep
- **For the beach at Cascais:** swimwear and a small towel
- **Against the sun:** a hat, sunglasses, sunscreen *under 100 ml*
- **Papers:** passport or ID, cards, a copy of both on your phone

All liquids go into **one clear bag of a litre**. Leave the umbrella at home, and keep room for a tin of sardines.`,

  'Which three questions should I ask before I rent a flat?': `Ask these three; the answers tell you most of the rest.

1. **What does it really cost each month?** Rent, heating, water, internet, and what went up in the last three years. Ask to see last winter’s bill.
2. **What has to be repaired, and who does it?** Ask how long it took the last time. Put what is promised into the contract.
3. **How do I get out again?** Notice, deposit, when the deposit is paid back, and whether you may find the next tenant yourself.

Then come back once **in the evening**: you hear the neighbours, and you see how dark the street is.`,

  'Compare HTTP 429, 502 and 503 in a table, with a retry function in TypeScript.': `All three say “not now”, for different reasons.

| | 429 | 502 | 503 |
|---|---|---|---|
| **Name** | Too Many Requests | Bad Gateway | Service Unavailable |
| **Whose fault** | you ask too often | the server behind the gateway | the server, overloaded or in maintenance |
| **\`retry-after\`** | nearly always | rarely | often |
| **Try again** | after the time it names | soon, once or twice | after a pause that grows |

A function that respects all of this:

${FETCH_PATIENTLY}

Two things to remember:

- The **random part** keeps a thousand clients from coming back in the same second.
- Repeat a \`POST\` only with an **idempotency key**, or you may pay twice.`,

  'Erklär mir in etwa 300 Wörtern, wie eine Hängebrücke ihre Last trägt.': `Eine Hängebrücke hängt ihre Fahrbahn von oben auf und lässt **jedes Teil das tun, was es am besten kann**: Seile ziehen, Türme drücken, und der Fels hält fest.

### Der Weg der Last

1. **Die Fahrbahn** trägt Autos und Menschen. Ein Fachwerk oder ein Kasten versteift sie, damit ein einzelner Lastwagen sie kaum durchbiegt.
2. **Die Hänger**, dünne senkrechte Seile alle zehn bis zwanzig Meter, ziehen die Fahrbahn nach oben.
3. **Die Tragseile** sammeln den Zug aller Hänger. Sie hängen fast in einer Parabel, weil die Last entlang der Straße beinahe gleichmäßig ist.
4. **Die Türme** nehmen auf, was die Seile nach unten drücken. Beton und Stahl halten solchen Druck gut aus.
5. **Die Widerlager** an beiden Enden halten die Seile fest: riesige Betonblöcke oder Stollen im Fels, die nicht rutschen dürfen.

### Warum der Durchhang zählt

Je flacher das Seil, desto stärker zieht es. Bei gleichmäßiger Last ist der waagerechte Zug

\`\`\`text
H = w × L² / (8 × f)
\`\`\`

mit der Last \`w\` je Meter, der Spannweite \`L\` und dem Durchhang \`f\`. Halber Durchhang heißt doppelter Zug. Üblich ist etwa ein Zehntel der Spannweite.

### Was schiefgehen kann

- **Wind.** Eine leichte Fahrbahn kann schwingen und sich verdrehen. Daran zerbrach 1940 die Tacoma-Narrows-Brücke; heute prüft man die Form im Windkanal.
- **Ungleiche Last.** Ein Zug auf einer Hälfte verformt das Seil. Die steife Fahrbahn verteilt sein Gewicht.
- **Rost.** In ein Seil aus Tausenden Drähten kann niemand hineinsehen, darum hält man viele mit Luft trocken.

> In einem Satz: Die Straße hängt an den Hängern, die Hänger hängen an den Seilen, und die Seile hängen an Türmen und Boden.`,

  'Was packe ich für vier heiße Tage in Lissabon ein, nur mit Handgepäck?': `Leichte Stoffe, und etwas Langes für den Abendwind vom Fluss. Für vier Tage:

- **Kleidung:** 4 T-Shirts, 2 kurze Hosen, ein Leinenhemd, ein dünner Pullover
- **Schuhe mit Profil:** Die Pflastersteine sind glatt und die Hügel steil
- **Für den Strand in Cascais:** Badesachen und ein kleines Handtuch
- **Gegen die Sonne:** Hut, Sonnenbrille, Sonnencreme *unter 100 ml*
- **Papiere:** Ausweis, Karten, von beiden eine Kopie auf dem Telefon

Alles Flüssige kommt in **einen klaren Beutel mit einem Liter**. Der Schirm bleibt zu Hause; lass Platz für eine Dose Sardinen.`,

  'Welche drei Fragen sollte ich stellen, bevor ich eine Wohnung miete?': `Frag diese drei; die Antworten verraten dir fast alles andere.

1. **Was kostet sie wirklich im Monat?** Miete, Heizung, Wasser, Internet, und was in den letzten drei Jahren teurer wurde. Lass dir die Abrechnung vom letzten Winter zeigen.
2. **Was muss repariert werden, und wer macht das?** Frag, wie lange es beim letzten Mal gedauert hat. Was versprochen wird, gehört in den Vertrag.
3. **Wie komme ich wieder heraus?** Kündigungsfrist, Kaution, wann sie zurückgezahlt wird, und ob du selbst jemanden für die Wohnung suchen darfst.

Komm dann noch einmal **am Abend** vorbei: Du hörst die Nachbarn und siehst, wie dunkel die Straße ist.`,

  'Vergleiche HTTP 429, 502 und 503 in einer Tabelle, mit einer Retry-Funktion in TypeScript.': `Alle drei sagen „jetzt nicht“, aus verschiedenen Gründen.

| | 429 | 502 | 503 |
|---|---|---|---|
| **Name** | Too Many Requests | Bad Gateway | Service Unavailable |
| **Wer ist schuld** | du fragst zu oft | der Server hinter dem Gateway | der Server, überlastet oder in Wartung |
| **\`retry-after\`** | fast immer | selten | oft |
| **Noch einmal** | nach der genannten Zeit | bald, ein- oder zweimal | mit wachsender Pause |

Eine Funktion, die das alles beachtet:

${FETCH_PATIENTLY}

Zwei Dinge zum Merken:

- Der **Zufall** darin verhindert, dass tausend Clients in derselben Sekunde zurückkommen.
- Wiederhole ein \`POST\` nur mit einem **Idempotenzschlüssel**, sonst zahlst du vielleicht doppelt.`,
};

export const exampleAnswer = (question: string): string | undefined =>
  Object.hasOwn(ANSWERS, question) ? ANSWERS[question] : undefined;
