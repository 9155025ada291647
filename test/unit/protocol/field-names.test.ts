import { describe, expect, it } from 'vitest';
import { FieldNames } from '../../../protocol/field-names.ts';

const filled = (count: number, known?: readonly string[]) => {
  const names = new FieldNames(known);
  for (let index = 0; index < count; index++) names.add(`f${index}`);
  return names.toList();
};

describe('names of fields that do not go on', () => {
  it('are listed once each, in the order they came', () => {
    const names = new FieldNames(['a']);
    for (const name of ['b', 'a', 'b']) names.add(name);
    expect(names.toList()).toEqual(['a', 'b']);
  });

  it('end at 64, with the number of the others', () => {
    expect(filled(64)).toHaveLength(64);
    expect(filled(40_000).slice(62)).toEqual(['f62', 'f63', '+39936 more']);
  });

  it('go on where another list ended', () => {
    expect(filled(66, filled(70)).slice(63)).toEqual(['f63', '+8 more']);
  });

  it('are cut where they are long', () => {
    expect(new FieldNames(['x'.repeat(5_000)]).toList()).toEqual([`${'x'.repeat(128)}...`]);
  });

  it('know whether there are any', () => {
    expect([new FieldNames().isEmpty, new FieldNames(['a']).isEmpty]).toEqual([true, false]);
  });
});
