/** Reads a month of the router, and writes its report. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ShownConfig } from '../../../worker/core/config/shown-config.ts';
import { OTHER } from '../../../worker/core/slo/book/tenants.ts';
import type { MonthReport } from '../../../worker/core/slo/history.ts';
import { adminCall } from '../../admin-call.ts';
import type { AdminTarget } from '../../admin-target.ts';
import { replaceFile } from '../../replace-file.ts';
import { listText } from '../documents/markdown.ts';
import { monthName } from './dates.ts';
import { htmlReport } from './html-report.ts';
import { markdownReport } from './markdown-report.ts';
import { type ReportWords, reportWords } from './report-words.ts';

/** What the report is about. `withAll`: also report promises that are not public. */
export interface ReportRequest {
  /** Such as `2026-11`. */
  month: string;
  tenant?: string | undefined;
  withAll: boolean;
}

/** Reads the month and puts it into words. Throws if there can be no report, because the month has not begun or the tenant is unknown. */
export async function readReport(target: AdminTarget, { month, tenant, withAll }: ReportRequest): Promise<ReportWords> {
  const query = tenant === undefined ? '' : `?${new URLSearchParams({ tenant })}`;
  const report = await adminCall<MonthReport>(target, 'GET', `/admin/slo/months/${month}${query}`);
  if (report.from > report.at) throw new Error(`${monthName(month)} has not begun, so there is nothing to report.`);
  if (tenant === OTHER) throw new Error(`"${OTHER}" is the name under which tenants are counted together.`);
  if (tenant !== undefined && isEmpty(report)) await checkTenant(target, tenant);
  return reportWords(report, withAll);
}

/** Writes the Markdown and the HTML file over earlier ones, and returns their paths. */
export async function writeReport(
  directory: string,
  { month, tenant }: ReportRequest,
  said: ReportWords,
): Promise<string[]> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, tenant === undefined ? month : `${month}-${tenant}`);
  await replaceFile(`${path}.md`, markdownReport(said));
  await replaceFile(`${path}.html`, htmlReport(said));
  return [`${path}.md`, `${path}.html`];
}

const isEmpty = ({ requests, costUsd, objectives }: MonthReport): boolean =>
  requests === 0 && costUsd === 0 && objectives.every(({ total }) => total === 0);

/** Checks the tenant's name. A tenant in config may have had a quiet month, but any other name without a request is probably wrong. */
async function checkTenant(target: AdminTarget, tenant: string): Promise<void> {
  const { tenants } = await adminCall<ShownConfig>(target, 'GET', '/admin/config');
  const names = tenants.map(({ name }) => name);
  if (names.includes(tenant)) return;
  const known = names.length === 0 ? 'Config names no tenants' : `Config names ${listText(names)}`;
  throw new Error(
    `Tenant "${tenant}" had no requests in this month, and config does not name it. Is the name right? ${known}; npm run keys -- list shows whose keys there are.`,
  );
}
