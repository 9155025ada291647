/** No deployment is asked while all are in cooldown. */
import { laneConfig } from './lanes.ts';

export default laneConfig({ allowedFails: 0, cooldownTime: '30s', totalTimeout: '30s', whenAllCooling: 'refuse' });
