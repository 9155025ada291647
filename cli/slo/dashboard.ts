/** A dashboard for Grafana 10 and newer. It asks for its Prometheus when it is imported. */
import { PANELS, type Panel } from './panels.ts';

const SOURCE_INPUT = 'DS_PROMETHEUS';
const SOURCE = { type: 'prometheus', uid: `\${${SOURCE_INPUT}}` };
/** Grafana's grid is 24 wide, so two panels fit side by side. */
const WIDTH = 12;
const HEIGHT = 8;

export const dashboard = (service: string) => ({
  __inputs: [
    {
      name: SOURCE_INPUT,
      label: 'Prometheus',
      type: 'datasource',
      pluginId: 'prometheus',
      pluginName: 'Prometheus',
    },
  ],
  title: `${service}: promises`,
  uid: 'carryon-promises',
  tags: ['carryon', 'slo'],
  timezone: 'utc',
  schemaVersion: 39,
  refresh: '1m',
  time: { from: 'now-24h', to: 'now' },
  templating: {
    list: [
      variable('objective', 'label_values(carryon_slo_target_ratio, objective)'),
      variable('feature', 'label_values(carryon_requests_total, feature)'),
    ],
  },
  panels: PANELS.map(panel),
});

const variable = (name: string, query: string) => ({
  ...{ name, type: 'query', datasource: SOURCE, query, definition: query, refresh: 2, sort: 1 },
  ...{ multi: true, includeAll: true, allValue: '.*', current: { text: 'All', value: '$__all' } },
});

function panel({ title, description, unit, queries, type, thresholds }: Panel, index: number) {
  return {
    ...{ id: index + 1, type: type ?? 'timeseries', title, description, datasource: SOURCE },
    gridPos: { x: (index % 2) * WIDTH, y: Math.floor(index / 2) * HEIGHT, w: WIDTH, h: HEIGHT },
    fieldConfig: {
      defaults: { unit, ...(thresholds ? { thresholds: { mode: 'absolute', steps: thresholds } } : { min: 0 }) },
      overrides: [],
    },
    targets: queries.map(([legendFormat, expr], at) => ({
      ...{ refId: String.fromCharCode(65 + at), datasource: SOURCE, expr, legendFormat },
      ...(type === 'bargauge' && { instant: true }),
    })),
    options: type === undefined ? { tooltip: { mode: 'multi' } } : { displayMode: 'lcd', orientation: 'horizontal' },
  };
}
