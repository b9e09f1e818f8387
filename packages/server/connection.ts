/**
 * What is known of the connection that a request came by, beside the request: tests and other callers
 * without a socket give none.
 */
export interface Connection {
  /** Address of the peer; null: not known. */
  address: string | null;
}

const connections = new WeakMap<Request, Connection>();

export function rememberConnection(request: Request, connection: Connection | undefined): void {
  if (connection !== undefined) connections.set(request, connection);
}

/**
 * The client's address: the peer's or, behind a trusted proxy, the last one that the proxy has seen (the ones
 * before it in `X-Forwarded-For` were written by the client).
 */
export function addressOf(request: Request, trustProxy: boolean): string | null {
  if (trustProxy) {
    const seen = request.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim();
    if (seen !== undefined && seen !== "") return withoutPort(seen.slice(0, 100));
  }
  return connections.get(request)?.address ?? null;
}

/** Some proxies add the port, which is another one for each connection: `192.0.2.1:5000`, `[2001:db8::1]:5000`. */
function withoutPort(address: string): string {
  const [, v4, v6] = /^(?:(\d+(?:\.\d+){3}):\d+|\[([^\]]+)\](?::\d+)?)$/.exec(address) ?? [];
  return v4 ?? v6 ?? address;
}

/** Whether the browser speaks https: to this server or, if it is to be believed, to the proxy before it. */
export function isHttps(request: Request, trustProxy: boolean): boolean {
  const forwarded = request.headers.get("x-forwarded-proto");
  if (trustProxy && forwarded !== null) return forwarded.split(",").at(-1)?.trim().toLowerCase() === "https";
  return new URL(request.url).protocol === "https:";
}
