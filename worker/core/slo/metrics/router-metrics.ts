/** The part of `GET /metrics` that is about the isolate that answers it. */
import type { Candidate } from '../../routing/plan.ts';
import { type Metric, metricText } from './exposition.ts';

const RESTING: Metric = {
  ...{ name: 'carryon_deployment_resting', type: 'gauge', labels: ['deployment'] },
  help: '1 while a deployment is in cooldown.',
};
const BUILD: Metric = {
  ...{ name: 'carryon_build_info', type: 'gauge', labels: ['version'] },
  help: 'The deployed version; always 1.',
};

/** The deployments in cooldown, as the isolate knows them, and the version that it runs. */
export const routerMetrics = (candidates: readonly Pick<Candidate, 'id' | 'state'>[], version: string): string =>
  metricText(
    RESTING,
    candidates.map(({ id, state }) => [[id], state === 'cooling' ? 1 : 0]),
  ) + metricText(BUILD, [[[version], 1]]);
