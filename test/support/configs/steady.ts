/** Cooldowns last longer than a test, so a deployment comes back only if its cooldown was cleared. */
import { laneConfig } from './lanes.ts';

export default laneConfig({ allowedFails: 3, cooldownTime: '2m', totalTimeout: '30s' });
