import type { PlotData, Row } from './plot-data.ts';

/** The figures of a plot, with a row for each moment, newest first. Then come the texts of its marks and levels. */
export function FiguresTable({ data, rows }: { data: PlotData; rows: readonly Row[] }) {
  const { lines, levels = [], marks = [], text, when, name } = data;
  return (
    // The keyboard must reach a box that scrolls. The card has its landmark already, so this is only a group.
    // biome-ignore lint/a11y/useSemanticElements: see above
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <div class="figures-table" role="group" tabIndex={0} aria-label={`${name}, as a table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">time</th>
            {lines.map((line) => (
              <th key={line.name} scope="col" class="number">
                {line.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map(({ at, values }) => (
            <tr key={at}>
              <th scope="row">{when(at)}</th>
              {lines.map((line, index) => {
                const value = values[index];
                return (
                  <td key={line.name} class="number" data-value={value ?? undefined}>
                    {value == null ? '–' : text(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {levels.map((level) => (
        <p key={level.text} class="beside">
          {level.text}
        </p>
      ))}
      {marks.map((mark) => (
        <p key={`${mark.from} ${mark.text}`} class="beside">
          {when(mark.from)}: {mark.text}
        </p>
      ))}
    </div>
  );
}
