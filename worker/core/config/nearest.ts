/**
 * A hint for an unknown name. It asks "did you mean" the nearest name, if that is close enough to be a typo, and lists all names,
 * or the first `most` of them.
 */
export function nearestOf(written: string | undefined, names: readonly string[], most = names.length): string {
  if (names.length === 0) return 'there are none';
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  const all = `write ${names.length === 1 ? '' : 'one of '}${names.slice(0, most).join(', ')}${more}`;
  if (written === undefined) return all;
  const text = written.toLowerCase();
  const near = names
    .map((name) => ({ name, distance: editDistance(text, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance < name.length && distance <= Math.max(1, Math.floor(name.length / 4)))
    .sort((one, other) => one.distance - other.distance)[0];
  return near === undefined ? all : `did you mean "${near.name}"? ${all[0]?.toUpperCase()}${all.slice(1)}`;
}

/** The number of letters added, left out, changed or swapped with a neighbour. */
function editDistance(one: string, other: string): number {
  let [before, last] = [[] as number[], Array.from({ length: other.length + 1 }, (_, index) => index)];
  for (let row = 1; row <= one.length; row++) {
    const now = [row];
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1];
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      now[column] = Math.min(
        at(last, column) + 1,
        at(now, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
        isSwapped ? at(before, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, last] = [last, now];
  }
  return at(last, other.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
