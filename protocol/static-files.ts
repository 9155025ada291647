/** The built text of the service worker, among the static files. `GET /sw.js` gives it behind a line that names the router. */
export const SERVICE_WORKER_FILE = '/sw-body.js';
