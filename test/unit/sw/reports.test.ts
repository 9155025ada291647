import { describe, expect, it } from 'vitest';
import { reportsSettled } from '../../../sw/core/reports.ts';

describe('reports', () => {
  it.each([200, 204, 400, 404, 413, 422])('need not be sent again after %i of the router', (status) => {
    expect(reportsSettled(status, true)).toBe(true);
    expect(reportsSettled(status, false)).toBe(false);
  });

  it.each([401, 403, 429, 500, 502, 503])('stay after %i', (status) => {
    expect(reportsSettled(status, true)).toBe(false);
  });
});
