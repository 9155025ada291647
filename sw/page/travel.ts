/** The entry of `/travel.js`, the module for pages. */

/** Where the router is: this module was loaded from it. */
export const routerOrigin = new URL(import.meta.url).origin;
