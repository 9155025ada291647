import * as z from 'zod/mini';
import { DRILL_TENANT } from '../operators/drill.ts';
import { JUDGE_TENANT } from '../slo/judge/judge.ts';

/** A tenant's name. */
export const tenantName = z
  .string()
  .check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'use letters, digits, ".", "_" and "-" (at most 63)'));

/** A tenant that keys and sign-ins may belong to. */
export const clientTenant = tenantName.check(
  z.refine((name) => name !== DRILL_TENANT, {
    error: `"${DRILL_TENANT}" is reserved for drills, whose keys POST /admin/drills makes; use another name`,
  }),
  z.refine((name) => name !== JUDGE_TENANT, {
    error: `"${JUDGE_TENANT}" is reserved for the judge of answers, whose budget it has; use another name`,
  }),
);
