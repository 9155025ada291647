interface LeastEnvironment {
  UPSTREAM: { fetch(request: Request): Promise<Response> };
}

/** The least a Worker can do: hand the request on, as it is, to a service binding. No gateway can be built this way, because
 * the provider would see the client's own key; it shows what the runtime itself takes. */
export default {
  fetch: (request: Request, { UPSTREAM }: LeastEnvironment): Promise<Response> => UPSTREAM.fetch(request),
};
