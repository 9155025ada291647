import { describe, expect, it } from 'vitest';
import { yamlText } from '../../../cli/slo/yaml.ts';

describe('text as YAML', () => {
  it.each<[string, string]>([
    ['Words of a person', 'Words of a person'],
    ['null', "'null'"],
    ['a: b', "'a: b'"],
    ["it's", "'it''s'"],
    ['line\nbreak', '|-\n  line\n  break'],
    ['line\n  deeper\n\nend', '|-\n  line\n    deeper\n  \n  end'],
    // A literal block would lose these, or not be read at all.
    ['  lead\nend', String.raw`"  lead\nend"`],
    ['end\n', String.raw`"end\n"`],
    ['\nlead', String.raw`"\nlead"`],
    ['line\nbell \u0007', String.raw`"line\nbell \u0007"`],
    ['separator \u2028', String.raw`"separator \u2028"`],
    ['delete \u007f', String.raw`"delete \u007f"`],
    ['mark \ufeff', String.raw`"mark \ufeff"`],
    ['party 🎉', '"party 🎉"'],
  ])('%j', (text, written) => expect(yamlText({ why: text })).toBe(`why: ${written}\n`));
});
