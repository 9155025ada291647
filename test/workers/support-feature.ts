/** Before the Worker is made: a feature that has a safeguard, beside those of the config as it ships. */
import { CHECKED_CONFIG } from '../../worker/checked-config.ts';

const { chat } = CHECKED_CONFIG.features;
if (chat === undefined) throw new Error('the config as it ships has no feature chat');
CHECKED_CONFIG.features.support = { ...chat, onExceed: 'degrade', safeguard: { maxOutputTokens: 300 } };
