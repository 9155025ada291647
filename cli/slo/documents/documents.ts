/** The documents of `npm run slo -- generate`, by file name. */
import type { Config } from '../../../worker/core/config/config.ts';
import { budgetsDocument } from './budgets-document.ts';
import type { Draft } from './document.ts';
import { operationsDocument } from './operations-document.ts';
import { sloDocument } from './slo-document.ts';
import { sowDocument } from './sow-document.ts';

/** `config` was resolved without an environment, so that the same file makes the same documents everywhere. */
export const drafts = (config: Config): ReadonlyMap<string, Draft> =>
  new Map([
    ['slo.md', sloDocument(config)],
    ['budgets.md', budgetsDocument(config)],
    ['sow-clause.md', sowDocument(config)],
    ['operations.md', operationsDocument(config)],
  ]);
