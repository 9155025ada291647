/** The demo's own service worker. It has travel mode, and what only the demo needs: its page without a network, and a Wi-Fi to pull. */
// This import comes first, so that travel mode uses the network that can be pulled.
import './wifi.ts';
import './shell.ts';

declare const self: ServiceWorkerGlobalScope;

self.importScripts('/sw.js');
