/** The SVG of a plot: grid, marks, lines, levels and their labels. Screen readers get its figures from the table instead. */
import { areaOf, type Layout, lastPoint, lonePoints, pathOf } from './layout.ts';
import type { Level, Line, Mark, PlotData, Row } from './plot-data.ts';
import { place } from './scale.ts';

export function Drawing({ data, layout, row }: { data: PlotData; layout: Layout; row: Row | undefined }) {
  const { width, height, x, y, xTicks, yTicks, labels } = layout;
  return (
    <svg class="plot-drawing" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {yTicks.map((tick) => (
        <g key={tick}>
          <line class="plot-grid" x1={x.start} x2={x.end} y1={place(y, tick)} y2={place(y, tick)} />
          <text class="plot-tick" x={x.start - 8} y={place(y, tick) + 4} text-anchor="end">
            {data.text(tick)}
          </text>
        </g>
      ))}
      {xTicks.map((tick) => (
        <text
          key={tick}
          class="plot-tick"
          x={place(x, tick)}
          y={height - 6}
          text-anchor={place(x, tick) > x.end - 24 ? 'end' : place(x, tick) < x.start + 24 ? 'start' : 'middle'}
        >
          {data.tick(tick)}
        </text>
      ))}
      {data.lines.map((line) => (
        <LineOf key={line.name} line={line} layout={layout} />
      ))}
      {(data.marks ?? []).map((mark, index) => (
        <MarkOf key={`${mark.from} ${mark.text}`} mark={mark} layout={layout} index={index} />
      ))}
      {(data.levels ?? []).map((level, index) => (
        <LevelOf key={level.text} level={level} layout={layout} textAt={layout.levelTexts[index] ?? 0} />
      ))}
      {labels.map(({ text, tone, ...at }) => (
        <text key={text} class="plot-label" data-tone={tone} x={at.x} y={at.y + 4}>
          {text}
        </text>
      ))}
      {row && <line class="plot-moment" x1={place(x, row.at)} x2={place(x, row.at)} y1={y.end} y2={y.start} />}
      {row &&
        data.lines.map(({ name, tone }, index) => {
          const value = row.values[index];
          return value == null ? null : (
            <circle key={name} class="plot-dot" data-tone={tone} cx={place(x, row.at)} cy={place(y, value)} r={4} />
          );
        })}
    </svg>
  );
}

function LineOf({ line, layout }: { line: Line; layout: Layout }) {
  const { points, tone, filled, dashed } = line;
  const end = lastPoint(line);
  return (
    <g>
      {filled && <path class="plot-ground" data-tone={tone} d={areaOf(points, layout)} />}
      <path class="plot-line" data-tone={tone} data-dashed={dashed} d={pathOf(points, layout)} />
      {lonePoints(points).map(({ at, value }) => (
        <circle
          key={at}
          class="plot-dot"
          data-tone={tone}
          cx={place(layout.x, at)}
          cy={place(layout.y, value)}
          r={3.5}
        />
      ))}
      {filled && end && (
        <circle class="plot-dot" data-tone={tone} cx={place(layout.x, end.at)} cy={place(layout.y, end.value)} r={4} />
      )}
    </g>
  );
}

function LevelOf({
  level: { value, text, tone },
  layout: { x, y },
  textAt,
}: {
  level: Level;
  layout: Layout;
  textAt: number;
}) {
  const at = place(y, value);
  if (at < y.end - 1 || at > y.start + 1) return null;
  return (
    <g>
      <line class="plot-level" data-tone={tone} x1={x.start} x2={x.end} y1={at} y2={at} />
      <text class="plot-label" data-tone={tone} x={x.start + 6} y={textAt}>
        {text}
      </text>
    </g>
  );
}

/** A mark. Its label is on its right, or on its left if it would not fit. Neighbouring labels alternate in height. */
function MarkOf({
  mark: { from, to, text, tone },
  layout: { x, y },
  index,
}: {
  mark: Mark;
  layout: Layout;
  index: number;
}) {
  const start = place(x, Math.max(from, x.from));
  const end = place(x, Math.min(to ?? x.to, x.to));
  if (start > x.end || end < x.start) return null;
  const isLeft = start + text.length * 6.6 > x.end;
  return (
    <g>
      {end - start > 2 && (
        <rect class="plot-span" data-tone={tone} x={start} width={end - start} y={y.end} height={y.start - y.end} />
      )}
      <line class="plot-mark" data-tone={tone} x1={start} x2={start} y1={y.end} y2={y.start} />
      <text
        class="plot-label"
        data-tone={tone}
        x={isLeft ? start - 5 : start + 5}
        y={y.end + 12 + (index % 4) * 14}
        text-anchor={isLeft ? 'end' : 'start'}
      >
        {text}
      </text>
    </g>
  );
}
