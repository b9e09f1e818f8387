/**
 * HTTP to apps: pooled keep-alive connections, redirects that keep method and body, a byte limit, and a
 * refusal of link-local and metadata addresses at every hop (ADR 0014).
 */
import { lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { Agent, errors, request as send } from "undici";
import type { CallFailure, CallRequest, CallResponse, Transport } from "./engine-port.ts";

export interface TransportOptions {
  /** Allow 169.254.0.0/16, fe80::/10 and cloud metadata names. */
  allowLinkLocal: boolean;
  /** Connections to one origin at most. */
  connections: number;
}

const MAX_REDIRECTS = 10;
const blocked = new BlockList();
blocked.addSubnet("169.254.0.0", 16, "ipv4");
blocked.addSubnet("fe80::", 10, "ipv6");
blocked.addAddress("fd00:ec2::254", "ipv6");
blocked.addAddress("100.100.100.200", "ipv4");
const blockedNames = new Set(["metadata", "metadata.google.internal", "instance-data"]);

class ForbiddenAddress extends Error {}

/** True for addresses that hand out cloud credentials or are only meaningful on the link. */
export function isForbiddenHost(host: string): boolean {
  const bare = host
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
  if (blockedNames.has(bare)) return true;
  const version = isIP(bare);
  return version !== 0 && blocked.check(bare, version === 4 ? "ipv4" : "ipv6");
}

/** Refuses after the name is resolved, so that a public name cannot point inside. */
const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, "", 0);
    const bad = addresses.find(({ address }) => isForbiddenHost(address));
    if (bad !== undefined)
      return callback(new ForbiddenAddress(`${hostname} leads to ${bad.address}`), "", 0);
    if (options.all) return callback(null, addresses);
    const first = addresses[0];
    return first === undefined
      ? callback(new Error(`no address for ${hostname}`), "", 0)
      : callback(null, first.address, first.family);
  });
};

export function createTransport(options: TransportOptions): Transport {
  const agent = new Agent({
    connections: options.connections,
    pipelining: 1,
    // Node servers close idle connections after 5 s: never reuse one that is about to go.
    keepAliveTimeout: 3_000,
    keepAliveMaxTimeout: 60_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 10_000, ...(options.allowLinkLocal ? {} : { lookup: guardedLookup }) },
  });
  return {
    async send(request, limits) {
      const signal = AbortSignal.timeout(Math.min(limits.timeoutMs, 2 ** 31 - 1));
      try {
        return await follow(agent, request, limits, signal, options.allowLinkLocal);
      } catch (error) {
        return failure(error, signal, limits.timeoutMs);
      }
    },
    close: () => agent.destroy(),
  };
}

async function follow(
  agent: Agent,
  first: CallRequest,
  { maxBytes, asFetch = false }: { maxBytes: number; asFetch?: boolean },
  signal: AbortSignal,
  allowLinkLocal: boolean,
): Promise<CallResponse | CallFailure> {
  let request = first;
  let url = new URL(first.url);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    if (url.protocol !== "http:" && url.protocol !== "https:")
      return { failure: "forbidden", message: `only http and https are called, not ${url.protocol}` };
    if (!allowLinkLocal && isForbiddenHost(url.hostname))
      return {
        failure: "forbidden",
        message: `${url.host} is a link-local or metadata address (--allow-link-local allows it)`,
      };
    const { statusCode, headers, body } = await send(url, {
      dispatcher: agent,
      method: request.method,
      headers: withoutConnection(request.headers),
      signal,
      ...(hasNoBody(request.method) ? {} : { body: request.body }),
    });
    const location = headers.location;
    if (statusCode >= 300 && statusCode < 400 && typeof location === "string") {
      await body.dump();
      const next = new URL(location, url);
      request = redirected(request, statusCode, url, next, asFetch);
      url = next;
      continue;
    }
    const text = await readText(body, maxBytes);
    if (text === null)
      return { failure: "too_large", message: `the response is larger than ${maxBytes} bytes` };
    return { status: statusCode, headers: flatHeaders(headers), body: text, url: url.href };
  }
  return { failure: "network", message: `more than ${MAX_REDIRECTS} redirects` };
}

/** What belongs to a connection and not to a request, or what the client must choose itself to read the answer. */
const OWN_BUSINESS =
  /^(?:accept-encoding|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect|proxy-.*|content-length|host)$/i;

function withoutConnection(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_BUSINESS.test(name)));
}

/** Keys go to the server they were meant for, under whatever name: to another origin only these go along. */
const HARMLESS = /^(?:content-type|accept|accept-language|user-agent|traceparent|x-inngest-.*)$/i;

/**
 * The next request of a redirect: same method and body (R-14). `asFetch` follows like a browser's fetch: a 303,
 * and a 301 or 302 of a POST, go on with GET.
 */
function redirected(request: CallRequest, status: number, from: URL, to: URL, asFetch: boolean): CallRequest {
  const headers =
    from.origin === to.origin
      ? request.headers
      : Object.fromEntries(Object.entries(request.headers).filter(([name]) => HARMLESS.test(name)));
  const becomesGet =
    asFetch && !hasNoBody(request.method) && (status === 303 || (status < 303 && request.method === "POST"));
  return becomesGet ? { ...request, method: "GET", body: "", headers } : { ...request, headers };
}

function hasNoBody(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

async function readText(
  body: AsyncIterable<Uint8Array> & { destroy(): unknown },
  maxBytes: number,
): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) {
      body.destroy();
      return null;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function flatHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  return flat;
}

function failure(error: unknown, signal: AbortSignal, timeoutMs: number): CallFailure {
  if (signal.aborted) return { failure: "timeout", message: `no complete answer within ${timeoutMs} ms` };
  if (error instanceof ForbiddenAddress)
    return { failure: "forbidden", message: `${error.message}, a link-local or metadata address` };
  const message = error instanceof Error ? error.message : String(error);
  const code =
    error instanceof errors.UndiciError || (error instanceof Error && "code" in error)
      ? String(error.code)
      : "";
  return {
    failure: "network",
    message: `the connection failed${code === "" ? "" : ` (${code})`}: ${message}`,
  };
}
