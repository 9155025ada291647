/** The demo's own service worker: travel mode, and what only the demo needs: its page without a network, and a Wi-Fi to pull. */
// First, so that travel mode finds the network that can be pulled.
import './wifi.ts';
import './shell.ts';

declare const self: ServiceWorkerGlobalScope;

self.importScripts('/sw.js');
