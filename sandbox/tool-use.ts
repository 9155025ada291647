import type { Ask, OfferedTool, ToolUse } from './ask.ts';
import { asObject } from './json.ts';
import { makeId, type Random } from './random.ts';
import { valueForSchema } from './schema-value.ts';
import { topicOf } from './text.ts';
import { splitTokens } from './tokens.ts';

const CITIES = [
  'Amsterdam', 'Athens', 'Bangkok', 'Barcelona', 'Beijing', 'Berlin', 'Boston', 'Chicago', 'Dublin', 'Hamburg', 'Istanbul',
  'Lisbon', 'London', 'Los Angeles', 'Madrid', 'Mexico City', 'Milan', 'Mumbai', 'Munich', 'New York', 'Oslo', 'Paris',
  'Porto', 'Prague', 'Rome', 'San Francisco', 'Seattle', 'Seoul', 'Singapore', 'Stockholm', 'Sydney', 'Tokyo', 'Toronto',
  'Vienna', 'Warsaw', 'Zurich',
]; // biome-ignore format: one word per line would be a page of cities

/** Words in questions that only a tool can answer. */
const TELLING_WORDS = ['weather', 'temperature', 'forecast', 'price', 'stock', 'search', 'time'];

/** The tool calls of the answer. If there are none, the answer is text. */
export function chooseToolUses(ask: Ask, random: Random, idPrefix: string): ToolUse[] {
  const tools = toolsToCall(ask);
  const first = tools[0];
  if (first === undefined) return [];
  const cities = citiesIn(ask.lastUserText);
  const several = cities.length > 1 && ask.parallelTools;
  const calls = several
    ? cities.map((city) => ({ tool: first, city }))
    : (ask.parallelTools ? tools : [first]).map((tool) => ({ tool, city: cities[0] }));
  return calls.map(({ tool, city }) => {
    const context = { random, textFor: (name: string) => textForProperty(name, city, ask) };
    const input = tool.custom
      ? topicOf(ask.lastUserText)
      : JSON.stringify(asObject(valueForSchema(tool.schema, context)));
    return {
      id: makeId(random, idPrefix),
      name: tool.name,
      custom: tool.custom,
      nameTokens: splitTokens(tool.name).length,
      argumentTokens: splitTokens(input),
    };
  });
}

function toolsToCall(ask: Ask): OfferedTool[] {
  const { toolChoice, tools } = ask;
  if (toolChoice === 'none') return [];
  if (typeof toolChoice === 'object') return tools.filter((tool) => tool.name === toolChoice.name);
  const text = ask.lastUserText.toLowerCase();
  const named = tools.filter((tool) => text.includes(tool.name.toLowerCase()));
  const telling = TELLING_WORDS.filter((word) => text.includes(word));
  const fitting = tools.filter((tool) => telling.some((word) => tool.name.toLowerCase().includes(word)));
  const chosen = named.length > 0 ? named : fitting.slice(0, 1);
  if (toolChoice === 'required') return chosen.length > 0 ? chosen : tools.slice(0, 1);
  return ask.toolResult === undefined ? chosen : [];
}

export function citiesIn(text: string): string[] {
  const found = CITIES.map((city) => ({ city, at: text.indexOf(city) })).filter(({ at }) => at >= 0);
  return found.sort((a, b) => a.at - b.at).map(({ city }) => city);
}

/** A value for a tool's argument, or for a schema's string, of this name. */
export function textForProperty(name: string, city: string | undefined, ask: Ask): string {
  if (/city|location|place|destination|town/i.test(name)) return city ?? 'Lisbon';
  if (/country/i.test(name)) return 'Portugal';
  if (/unit/i.test(name)) return 'celsius';
  return topicOf(ask.lastUserText);
}
