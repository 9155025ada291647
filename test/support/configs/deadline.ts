/** A short deadline for a whole request, and cooldowns that outlast a test. */
import { laneConfig } from './lanes.ts';

export default laneConfig({ allowedFails: 3, cooldownTime: '2m', totalTimeout: '2500ms' });
