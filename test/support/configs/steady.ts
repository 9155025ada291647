/** Who rests, rests for longer than a test runs: whoever comes back was cleared. */
import { laneConfig } from './lanes.ts';

export default laneConfig({ allowedFails: 3, cooldownTime: '2m', totalTimeout: '30s' });
