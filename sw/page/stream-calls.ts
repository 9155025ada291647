/** What a page does with a streamed answer without its worker. */
export interface StreamPorts {
  router(): string;
  visitor(): string | undefined;
  token(): Promise<string | null>;
}

export class StreamCalls {
  readonly #ports: StreamPorts;

  constructor(ports: StreamPorts) {
    this.#ports = ports;
  }

  async stop(response: Response): Promise<boolean> {
    const streamId = streamIdOf(response);
    if (streamId === null) return false;
    const reply = await this.#call(streamId, { method: 'DELETE' }).catch(() => undefined);
    return reply?.status === 204;
  }

  /** With a token that is asked for anew once, where the first one has expired. The worker lets these calls pass. */
  async #call(streamId: string, { headers, ...init }: RequestInit): Promise<Response> {
    const { router, visitor, token } = this.#ports;
    const url = `${router()}/ai/streams/${encodeURIComponent(streamId)}`;
    const send = async () => {
      const all = new Headers(headers);
      const bearer = await token();
      if (bearer !== null) all.set('authorization', `Bearer ${bearer}`);
      const known = visitor();
      if (known !== undefined) all.set('x-carryon-visitor', known);
      return fetch(url, { ...init, headers: all, cache: 'no-store', redirect: 'error' });
    };
    const response = await send();
    return response.status === 401 ? send() : response;
  }
}

const streamIdOf = (response: Response): string | null => response.headers.get('x-carryon-stream-id');
