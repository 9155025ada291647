/** The lists of headers for CORS. They are not in headers.ts, because the browser's worker bundles that file. */
import { REQUEST_HEADERS, RESPONSE_HEADERS } from './headers.ts';

/** The response headers that a page on another origin may read. */
export const EXPOSED_HEADERS: readonly string[] = Object.values(RESPONSE_HEADERS);

/** The request headers that a page on another origin may send. OpenAI's SDK adds the `x-stainless-*` headers by itself. */
export const ALLOWED_HEADERS: readonly string[] = [
  'authorization',
  'content-type',
  'x-api-key',
  'user-agent',
  ...Object.values(REQUEST_HEADERS),
  'x-request-id',
  'x-stainless-arch',
  'x-stainless-async',
  'x-stainless-custom-poll-interval',
  'x-stainless-helper-method',
  'x-stainless-lang',
  'x-stainless-os',
  'x-stainless-package-version',
  'x-stainless-poll-helper',
  'x-stainless-retry-count',
  'x-stainless-runtime',
  'x-stainless-runtime-version',
  'x-stainless-timeout',
];
