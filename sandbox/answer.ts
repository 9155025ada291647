import type { Answer, AnswerUsage, Ask, Choice, Ending } from './ask.ts';
import { exampleAnswer } from './examples.ts';
import { createRandom, makeId, type Random } from './random.ts';
import { valueForSchema } from './schema-value.ts';
import { topicOf, writeAboutToolResult, writeReasoning, writeText } from './text.ts';
import { splitTokens } from './tokens.ts';
import { chooseToolUses, citiesIn, textForProperty } from './tool-use.ts';
import { verdictFor } from './verdict.ts';

export interface IdPrefixes {
  answer: string;
  tool: string;
}

/** Writes an answer. The seed and the prompt determine everything, so the same question gets the same answer in every run. */
export function writeAnswer(
  ask: Ask,
  seed: string,
  prefixes: IdPrefixes,
  input: Pick<AnswerUsage, 'inputTokens' | 'cachedTokens' | 'writtenTokens'>,
  now: number,
): Answer {
  const base = `${seed}|${ask.promptText}`;
  const choices = Array.from({ length: ask.choiceCount }, (_, index) =>
    writeChoice(ask, createRandom(`${base}|${index}`), prefixes.tool),
  );
  const ids = createRandom(`${base}|id`);
  return {
    id: makeId(ids, prefixes.answer),
    requestId: makeId(ids, 'req_'),
    createdAtSeconds: Math.floor(now / 1000),
    choices,
    usage: {
      ...input,
      outputTokens: sum(choices.map(tokensOf)),
      reasoningTokens: sum(choices.map((choice) => choice.reasoning.length)),
    },
  };
}

function writeChoice(ask: Ask, random: Random, toolIdPrefix: string): Choice {
  const reasoning = ask.reasoning === 'none' ? [] : splitTokens(writeReasoning(ask.lastUserText, random));
  const toolUses = chooseToolUses(ask, random, toolIdPrefix);
  const whole = toolUses.length > 0 ? '' : writeContent(ask, random);
  const stopped = cutAtStop(whole, ask.stop);
  const ending: Ending =
    toolUses.length > 0 ? 'tools' : stopped.stopSequence === undefined ? 'finished' : 'stop-sequence';
  const choice: Choice = {
    reasoning,
    text: splitTokens(stopped.text),
    toolUses,
    ending,
    stopSequence: stopped.stopSequence,
  };
  return cutAtLength(choice, ask.maxTokens);
}

function writeContent(ask: Ask, random: Random): string {
  const verdict = verdictFor(ask);
  if (verdict !== undefined) return verdict;
  if (ask.json !== undefined) {
    const city = citiesIn(ask.lastUserText)[0];
    const textFor = (name: string): string => textForProperty(name, city, ask);
    const value =
      ask.json.schema === undefined
        ? { topic: topicOf(ask.lastUserText), answer: writeText(ask.lastUserText, random) }
        : valueForSchema(ask.json.schema, { random, textFor });
    return JSON.stringify(value);
  }
  if (ask.toolResult !== undefined) return writeAboutToolResult(ask.toolResult, random);
  return exampleAnswer(ask.lastUserText) ?? writeText(ask.lastUserText, random);
}

function cutAtStop(text: string, stop: string[]): { text: string; stopSequence: string | undefined } {
  let cut = text.length;
  let stopSequence: string | undefined;
  for (const sequence of stop) {
    const at = sequence === '' ? -1 : text.indexOf(sequence);
    if (at >= 0 && at < cut) {
      cut = at;
      stopSequence = sequence;
    }
  }
  return { text: text.slice(0, cut), stopSequence };
}

/** Cuts an answer at its token cap. Reasoning counts towards the cap, as at the real providers. */
function cutAtLength(choice: Choice, maxTokens: number): Choice {
  if (tokensOf(choice) <= maxTokens) return choice;
  let left = maxTokens;
  const take = (tokens: string[]): string[] => {
    const taken = tokens.slice(0, left);
    left -= taken.length;
    return taken;
  };
  const reasoning = take(choice.reasoning);
  const text = take(choice.text);
  const toolUses = [];
  for (const toolUse of choice.toolUses) {
    if (left < toolUse.nameTokens) break;
    left -= toolUse.nameTokens;
    toolUses.push({ ...toolUse, argumentTokens: take(toolUse.argumentTokens) });
  }
  return { reasoning, text, toolUses, ending: 'length', stopSequence: undefined };
}

function tokensOf(choice: Choice): number {
  const toolTokens = choice.toolUses.map((toolUse) => toolUse.nameTokens + toolUse.argumentTokens.length);
  return choice.reasoning.length + choice.text.length + sum(toolTokens);
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
