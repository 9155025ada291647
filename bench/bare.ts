interface BareEnvironment {
  UPSTREAM_URL: string;
  UPSTREAM_KEY: string;
}

/** The least that a Worker in front of a provider can do: the provider's key in the header, both bodies passed through
 * unread. What Carryon costs is measured against this. */
export default {
  fetch(request: Request, environment: BareEnvironment): Promise<Response> {
    const forwarded = new Request(environment.UPSTREAM_URL, request);
    forwarded.headers.set('authorization', `Bearer ${environment.UPSTREAM_KEY}`);
    return fetch(forwarded);
  },
};
