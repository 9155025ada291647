/** Cooldowns are short, no deployment is tried twice, and no answer may take long. */
import { laneConfig } from './lanes.ts';

export default laneConfig({
  numRetries: 0,
  allowedFails: 3,
  cooldownTime: '200ms',
  totalTimeout: '30s',
  maxStreamDuration: '6s',
});
