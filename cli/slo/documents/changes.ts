/** What changed between two generations of a document. */

/** What a document says, by subject and field, in its own words. */
export type Facts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** One day's entry of a changelog: plain sentences. */
export interface Change {
  /** Such as `2026-11-29`. */
  date: string;
  lines: readonly string[];
}

const UNSET = 'not set';

/** A sentence for each difference, in the order of the new facts. Removed facts come last. */
export function changesBetween(before: Facts, after: Facts): string[] {
  const changed = Object.entries(after).flatMap(([subject, fields]) => {
    const earlier = own(before, subject);
    return earlier === undefined ? [`New: ${summary(subject, fields)}`] : changedFields(subject, earlier, fields);
  });
  const gone = Object.entries(before).filter(([subject]) => own(after, subject) === undefined);
  return [...changed, ...gone.map(([subject, fields]) => `Removed: ${summary(subject, fields)}`)];
}

function changedFields(subject: string, before: Facts[string], after: Facts[string]): string[] {
  const names = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  return names.flatMap((name) => {
    const [was, is] = [own(before, name) ?? UNSET, own(after, name) ?? UNSET];
    return was === is ? [] : [`${subject}, ${name}: ${was} → ${is}`];
  });
}

function summary(subject: string, fields: Facts[string]): string {
  const all = Object.entries(fields).map(([name, value]) => `${name}: ${value.replace(/\.$/, '')}`);
  return all.length === 0 ? subject : `${subject} (${all.join('; ')})`;
}

const own = <Value>(of: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(of, name) ? of[name] : undefined;
