import { pick, type Random } from './random.ts';

const OPENINGS = [
  'You asked about “{topic}”, and there is a short answer and a longer one.',
  'Good question. Let me take “{topic}” step by step.',
  'Here is how I would look at “{topic}”.',
  'Let us start with what “{topic}” really comes down to.',
  'There is more than one way to think about “{topic}”, but one stands out.',
];

const MIDDLES = [
  'The first thing to settle is what you want at the end, because everything else follows from it.',
  'Most people begin with the hard part; it is usually kinder to begin with the part you can finish today.',
  'A small trial tells you more than a long plan, as long as you write down what you expected beforehand.',
  'If time is short, keep the two steps that change the result and leave the others for later.',
  'It helps to say out loud what would make you change your mind.',
  'In practice the cost is rarely where you expect it, so measure before you cut.',
  'Think of a café that opens early: it does a few things, every day, and does them well.',
  'A second pair of eyes catches what habit hides, even when it only asks naïve questions.',
  'When two options look equal, take the one that is easier to undo.',
  'You can check this yourself: change one thing, keep the rest, and compare.',
  'The details matter less than doing it in the same order each time.',
  'None of this needs special tools, only a quiet hour and a list.',
  'What usually goes wrong is not the idea but the hand-over between two people.',
  'Numbers help here, though only if everybody agrees on what they count.',
];

const CLOSINGS = [
  'In short: begin small, look at the result, and then decide about “{topic}” again.',
  'That is what I would do first; tell me more about your case and I can be more exact.',
  'If you try only one thing from this list, make it the first.',
  'So the answer is yes, with a little patience and a date in the calendar.',
];

const REASONS = [
  'The person asks about “{topic}”.',
  'I should find out what they need before I list options.',
  'A short answer comes first, and the reasons after it.',
  'Two cases are possible; the simpler one is more likely.',
  'I will keep the example concrete and avoid claims I cannot support.',
];

/** A few of the person's own words, short enough to quote. */
export function topicOf(prompt: string): string {
  const words = prompt
    .slice(0, 1_000)
    .replace(/[“”"\s]+/g, ' ')
    .trim()
    .split(' ');
  const topic = shorten(words.slice(0, 6).join(' '), 60).replace(/[.,:;?]+$/, '');
  return topic.trim() || 'your question';
}

/** Cuts between whole characters, never inside an emoji. */
function shorten(text: string, length: number): string {
  return [...text].slice(0, length).join('');
}

/** A few sentences about the prompt. They have about N words if the prompt says “N words”. */
export function writeText(prompt: string, random: Random): string {
  const wanted = Math.min(Number(/(\d{1,5})\s+words/i.exec(prompt)?.[1] ?? 40 + random() * 50), 20_000);
  const sentences = [pick(random, OPENINGS)];
  let last = '';
  for (let words = 14; words < wanted - 15; ) {
    const sentence = pick(random, MIDDLES);
    if (sentence === last) continue;
    last = sentence;
    words += sentence.split(' ').length;
    sentences.push(sentence);
  }
  if (wanted > 14) sentences.push(pick(random, CLOSINGS));
  return sentences.join(' ').replaceAll('{topic}', topicOf(prompt));
}

export function writeReasoning(prompt: string, random: Random): string {
  const count = 2 + Math.floor(random() * (REASONS.length - 2));
  return REASONS.slice(0, count).join(' ').replaceAll('{topic}', topicOf(prompt));
}

export function writeAboutToolResult(result: string, random: Random): string {
  const quoted = shorten(result.replace(/\s+/g, ' ').trim(), 200);
  const opening = pick(random, ['Here is what I found:', 'The tool says:', 'This came back:']);
  return `${opening} ${quoted}. ${pick(random, CLOSINGS).replaceAll('{topic}', 'it')}`;
}
