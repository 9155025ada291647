/** The demo's own service worker: travel mode, and what only the demo needs. */
importScripts('/sw.js');

export {};
