/** A plot over time as SVG. The pointer and the arrow keys show the values at a moment. A table has the same figures. */
import { useId, useMemo, useRef, useState } from 'preact/hooks';
import { Drawing } from './drawing.tsx';
import { FiguresTable } from './figures-table.tsx';
import { layoutOf } from './layout.ts';
import { momentText, type PlotData, type Row, rowsOf } from './plot-data.ts';
import { nearest, place, valueAt } from './scale.ts';
import { useWidth } from './use-width.ts';

/** `height` is in pixels. */
export function Plot({ data, height = 240 }: { data: PlotData; height?: number }) {
  const rows = useMemo(() => rowsOf(data.lines), [data]);
  if (rows.some(({ values }) => values.some((value) => value !== null)))
    return <Chart data={data} rows={rows} height={height} />;
  return (
    <p class="plot-empty" style={{ minHeight: `${height}px` }}>
      {data.empty}
    </p>
  );
}

function Chart({ data, rows, height }: { data: PlotData; rows: readonly Row[]; height: number }) {
  const area = useRef<HTMLDivElement>(null);
  const width = useWidth(area);
  const [read, setRead] = useState<number | null>(null);
  const [hasTable, setTable] = useState(false);
  const tableId = useId();
  const layout = useMemo(() => layoutOf(data, width, height), [data, width, height]);
  const times = rows.map(({ at }) => at);
  const row = read === null ? undefined : rows[Math.min(read, rows.length - 1)];
  const shown = row ?? rows.at(-1);
  const atPointer = (event: PointerEvent) => {
    const { left } = (event.currentTarget as Element).getBoundingClientRect();
    setRead(nearest(times, valueAt(layout.x, event.clientX - left)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const now = read ?? rows.length - 1;
    const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: rows.length - 1 }[event.key];
    if (event.key === 'Escape') setRead(null);
    if (next === undefined) return;
    event.preventDefault();
    setRead(Math.max(0, Math.min(rows.length - 1, next)));
  };
  return (
    <div class="plot">
      <div class="plot-area" ref={area} style={{ height: `${height}px` }}>
        {width > 0 && <Drawing data={data} layout={layout} row={row} />}
        <div
          class="plot-reader"
          role="slider"
          tabIndex={0}
          aria-label={`${data.name}: values at a moment`}
          aria-orientation="horizontal"
          aria-valuemin={0}
          aria-valuemax={rows.length - 1}
          aria-valuenow={read ?? rows.length - 1}
          aria-valuetext={shown && momentText(data, shown)}
          onPointerMove={atPointer}
          onPointerDown={atPointer}
          onPointerLeave={() => setRead(null)}
          onFocus={(event) => event.currentTarget.matches(':focus-visible') && setRead(read ?? rows.length - 1)}
          onBlur={() => setRead(null)}
          onKeyDown={onKeyDown}
        />
        {row && <Tip data={data} row={row} left={place(layout.x, row.at)} width={width} />}
      </div>
      <button
        type="button"
        class="link"
        aria-expanded={hasTable}
        aria-controls={tableId}
        onClick={() => setTable(!hasTable)}
      >
        {hasTable ? 'Hide the table' : 'Show as a table'}
      </button>
      <div id={tableId} hidden={!hasTable}>
        {hasTable && <FiguresTable data={data} rows={rows} />}
      </div>
    </div>
  );
}

/** The values at the chosen moment, shown beside it and within the plot. */
function Tip({ data, row, left, width }: { data: PlotData; row: Row; left: number; width: number }) {
  const side = left > width / 2 ? { right: `${width - left + 10}px` } : { left: `${left + 10}px` };
  return (
    <div class="plot-tip" style={side} aria-hidden="true">
      <b>{data.when(row.at)}</b>
      {data.lines.map(({ name, tone }, index) => {
        const value = row.values[index];
        return value == null ? null : (
          <span key={name}>
            <i data-tone={tone} />
            {name} <b class="figures">{data.text(value)}</b>
          </span>
        );
      })}
      {row.values.every((value) => value === null) && <span>no data</span>}
    </div>
  );
}
