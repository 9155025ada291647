/** Cooldowns last longer than a test: a deployment that comes back was cleared. */
import { laneConfig } from './lanes.ts';

export default laneConfig({ allowedFails: 3, cooldownTime: '2m', totalTimeout: '30s' });
