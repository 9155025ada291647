/** The static file with the built script of the service worker. `GET /sw.js` sends it after a line that names the router. */
export const SERVICE_WORKER_FILE = '/sw-body.js';

/** The admin API in OpenAPI 3.1, which the build writes. */
export const OPENAPI_FILE = '/openapi.json';
