import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { DurationHistory } from '../../../../worker/core/slo/history.ts';
import { Plot } from '../../../plots/plot.tsx';
import { durationsPlot, levelsOf, type Measure } from '../../core/durations-plot.ts';
import type { ShownObjective } from '../../core/replies.ts';
import { pathOf, usePage, useRead } from '../../ui/context.ts';
import { Select } from '../../ui/filters.tsx';
import { Card, Loaded } from '../../ui/pieces.tsx';

/** Percentiles of the chosen promise's feature. */
export function Durations({
  objective,
  objectives,
}: {
  objective: ShownObjective;
  objectives: readonly ShownObjective[];
}) {
  const { session, filters } = usePage();
  const measure = useSignal<string>('ttftMs');
  const feature = filters.feature.value ?? objective.feature ?? session.config.features[0]?.name ?? '';
  const window = { '1h': '1d', '6h': '1d' }[filters.window.value] ?? filters.window.value;
  const read = useRead<DurationHistory>(pathOf('slo/durations', { feature, window }));
  const of = measure.value as Measure;
  const data = useMemo(
    () => read.value && durationsPlot(read.value, of, levelsOf(objectives, feature, of), read.at ?? 0),
    [read.value, of, feature, objectives],
  );
  return (
    <Card
      title={of === 'ttftMs' ? 'First token' : 'Whole answer'}
      what={`p50, p95, p99 of ${feature}, all tenants, ${read.value && read.value.widthMs > 3_600_000 ? 'by day' : 'by hour'}; the dashed line is the promise.`}
      more={
        <Select
          label="measure"
          of={measure}
          options={[
            ['ttftMs', 'first token'],
            ['totalMs', 'whole answer'],
          ]}
        />
      }
    >
      <Loaded read={read} rows={6}>
        {() => data && <Plot data={data} height={250} />}
      </Loaded>
    </Card>
  );
}
