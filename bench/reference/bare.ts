interface BareEnvironment {
  UPSTREAM_URL: string;
  UPSTREAM_KEY: string;
}

/** The main reference: a pass-through that does only what every gateway must. It puts the provider's key into the header
 * and passes both bodies on unread, with the global `fetch`. */
export default {
  fetch(request: Request, environment: BareEnvironment): Promise<Response> {
    const forwarded = new Request(environment.UPSTREAM_URL, request);
    forwarded.headers.set('authorization', `Bearer ${environment.UPSTREAM_KEY}`);
    return fetch(forwarded);
  },
};
