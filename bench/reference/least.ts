interface LeastEnvironment {
  UPSTREAM: { fetch(request: Request): Promise<Response> };
}

/** The least a Worker can do: pass the request on, unchanged, to a service binding. No gateway can be built this way, because the
 * provider would see the client's own key. It shows how much time the runtime itself takes. */
export default {
  fetch: (request: Request, { UPSTREAM }: LeastEnvironment): Promise<Response> => UPSTREAM.fetch(request),
};
