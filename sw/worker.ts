/** The entry of `/sw.js`: listeners, nothing else. */

declare const self: ServiceWorkerGlobalScope & { carryonRouter?: string };

export const routerOrigin: string | undefined = self.carryonRouter;
