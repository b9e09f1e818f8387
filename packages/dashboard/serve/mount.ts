/**
 * The dashboard inside somebody's own app: serves the pages, asks the app who its visitor is, and passes
 * their calls on to the Stepwell server with an API key that never reaches the browser. Roles are checked
 * here by the same table that the server uses; the server checks the key's scopes beside that.
 */
import {
  type Actor,
  actorHeader,
  apiBase,
  callNames,
  csrfHeader,
  includesRole,
  openApiPath,
  type Role,
  type Route,
  roles,
  routes,
  type SessionView,
  streamPath,
} from "@stepwell/api/dashboard";
import { checkBase, pathBelow, servePages } from "./pages.ts";

export interface DashboardOptions {
  /** Where the Stepwell server answers, like `http://127.0.0.1:8288`. */
  url: string;
  /** An API key of that server (`swk_…`); a `dev` server needs none. */
  apiKey?: string;
  /**
   * Says who the visitor is and what they may do; null: nobody, answered with 401; a `Response` (a redirect
   * to the app's sign-in, say) is answered as it is. Asked again each 15 s while a page follows the live stream.
   * Without it the dashboard is open on loopback where NODE_ENV is `development`, and closed everywhere else.
   */
  authorize?: (request: Request) => Promise<Authorized> | Authorized;
  /** The path at which this handler is mounted, like `/admin/jobs`. Default: the root. */
  basePath?: string;
  /** For tests; default: the global one. */
  fetch?: typeof fetch;
}
export type Authorized = { id: string; name: string; role: Role } | Response | null;

export type Dashboard = (request: Request) => Promise<Response>;

/**
 * Makes a handler to mount at a route that takes every method and every path below `basePath`.
 * @throws Error for an address, a key or a base that cannot be used
 * @example
 * const dashboard = createDashboard({
 *   url: "http://127.0.0.1:8288",
 *   apiKey: process.env.STEPWELL_API_KEY,
 *   basePath: "/admin/jobs",
 *   authorize: async (request) => {
 *     const user = await userOf(request);
 *     return user?.role === "admin" ? { id: user.id, name: user.name, role: "admin" } : null;
 *   },
 * });
 */
export function createDashboard(options: DashboardOptions): Dashboard {
  const { basePath = "", apiKey } = options;
  checkBase(basePath);
  if (!URL.canParse(options.url) || !/^https?:$/.test(new URL(options.url).protocol))
    throw new Error(`url must be the address of a Stepwell server, and is ${JSON.stringify(options.url)}.`);
  if (apiKey !== undefined && !apiKey.startsWith("swk_"))
    throw new Error("apiKey must be an API key of the Stepwell server; such keys begin with swk_.");
  const pages = servePages({ base: basePath, packed: false });
  const server = options.url.replace(/\/+$/, "");
  return async (request) => {
    const path = pathBelow(basePath, new URL(request.url).pathname);
    if (path === null) return new Response("Not found", { status: 404 });
    if (path.startsWith("/assets/")) return (await pages(request)) ?? notFound();
    const visitor = await visitorOf(request, options);
    if (visitor instanceof Response) return visitor;
    if (!path.startsWith(`${apiBase}/`)) return (await pages(request)) ?? notFound();
    return passOn(request, path.slice(apiBase.length), visitor, server, options);
  };
}

async function visitorOf(request: Request, { authorize }: DashboardOptions): Promise<Actor | Response> {
  if (authorize !== undefined) {
    const answer = await authorize(request);
    if (answer instanceof Response) return answer;
    if (answer === null)
      return refusal(401, "sign_in_required", "Sign in to the app that this page belongs to.");
    if (!roles.includes(answer.role))
      throw new Error(`authorize must answer a role of ${roles.join(", ")}, and answered ${answer.role}.`);
    if (typeof answer.id !== "string" || typeof answer.name !== "string")
      throw new Error("authorize must answer `id` and `name` as texts.");
    return { id: answer.id, name: answer.name, role: answer.role };
  }
  // Some frameworks fill in a host of their own; what the browser asked for is in the header. A proxy may write
  // a loopback host there for anybody, so that it has to be said that this is development.
  const host = request.headers.get("host") ?? new URL(request.url).host;
  const hostname = host.replace(/:\d+$/, "");
  const local = /^(?:localhost|.*\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
  if (local && process.env["NODE_ENV"] === "development")
    return { id: "local", name: "local developer", role: "admin" };
  return refusal(
    403,
    "authorize_missing",
    "This dashboard is mounted without `authorize`: it is open on this machine during development (NODE_ENV=development) only. Give createDashboard an `authorize` function.",
  );
}

async function passOn(
  request: Request,
  path: string,
  visitor: Actor,
  server: string,
  options: DashboardOptions,
): Promise<Response> {
  const isWrite = request.method !== "GET" && request.method !== "HEAD";
  if (isWrite && !isSameOrigin(request))
    return refusal(403, "origin_not_allowed", "A page of another origin may not write here.");
  const route = routeOf(request.method, path);
  if (route === null) return notFound();
  if (route === routes.getSession) return session(request, visitor, server, options);
  // The app around it signs in and out.
  if (route.role === "public" && isWrite) return notFound();
  if (route.role !== "public" && !includesRole(visitor.role, route.role))
    return refusal(403, "role_too_low", `This needs the role ${route.role}; you are ${visitor.role}.`);
  const answer = await ask(request, path, visitor, server, options);
  return path === streamPath ? whileKnown(answer, request, options) : answer;
}

/** The line of the table that a path belongs to; the stream and the OpenAPI document stand beside it. */
function routeOf(method: string, path: string): Pick<Route, "role"> | Route | null {
  if (method === "GET" && path === streamPath) return { role: "viewer" };
  if (method === "GET" && path === openApiPath) return { role: "public" };
  const parts = path.split("/");
  for (const exact of [true, false])
    for (const name of callNames) {
      const route = routes[name];
      if (route.method !== method) continue;
      const wanted = route.path.split("/");
      if (wanted.length !== parts.length || wanted.some((part) => part.startsWith(":")) === exact) continue;
      if (wanted.every((part, at) => part.startsWith(":") || part === parts[at])) return route;
    }
  return null;
}

/** A page of ours sends the header, which a foreign page cannot without being asked about it first. */
function isSameOrigin(request: Request): boolean {
  if (!request.headers.get(csrfHeader)) return false;
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") return false;
  const origin = request.headers.get("origin");
  if (origin === null) return true;
  const host = request.headers.get("x-forwarded-host") ?? request.headers.get("host");
  return URL.canParse(origin) && new URL(origin).host === (host ?? new URL(request.url).host);
}

async function session(
  request: Request,
  visitor: Actor,
  server: string,
  options: DashboardOptions,
): Promise<Response> {
  const answer = await reach(`${server}${apiBase}${routes.getSession.path}`, options, {
    headers: headersFor(visitor, options),
    signal: request.signal,
  });
  if (!answer.ok) return relayed(answer);
  const told = (await answer.json().catch(() => null)) as { data?: SessionView } | null;
  if (told?.data === undefined)
    return refusal(
      502,
      "server_unreachable",
      `What answers at ${new URL(options.url).origin} is no Stepwell.`,
    );
  const data: SessionView = {
    ...told.data,
    mode: "mounted",
    // Never above what the key's scopes stand for, or pages show what the server then refuses.
    user: { ...visitor, role: lowerRole(visitor.role, told.data.user?.role ?? visitor.role) },
    setupNeeded: false,
    signIn: null,
    csrf: "mounted",
    expiresAt: null,
    clockMovable: false,
  };
  return Response.json({ ...told, data }, { headers: { "cache-control": "no-store" } });
}

const lowerRole = (a: Role, b: Role): Role => (includesRole(a, b) ? b : a);

const passedOn = ["accept", "content-type", "idempotency-key", "last-event-id", csrfHeader];

async function ask(
  request: Request,
  path: string,
  visitor: Actor,
  server: string,
  options: DashboardOptions,
): Promise<Response> {
  const headers = headersFor(visitor, options);
  for (const name of passedOn) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const answer = await reach(`${server}${apiBase}${path}${new URL(request.url).search}`, options, {
    method: request.method,
    headers,
    signal: request.signal,
    // Passed on as it comes: the server says how long it may be, and nothing of it piles up here.
    ...(request.body === null ? {} : { body: request.body, duplex: "half" }),
  });
  return relayed(answer);
}

/** As often as the server asks the same of its own sign-ins. */
const KNOWN_EVERY_MS = 15_000;

/** Ends a stream when the app no longer knows its visitor. */
function whileKnown(answer: Response, request: Request, options: DashboardOptions): Response {
  if (!answer.ok || answer.body === null) return answer;
  const reader = answer.body.getReader();
  const end = () => void reader.cancel().catch(() => {});
  const timer = setInterval(() => {
    void visitorOf(request, options).then((visitor) => visitor instanceof Response && end(), end);
  }, KNOWN_EVERY_MS);
  timer.unref();
  const stop = () => clearInterval(timer);
  void reader.closed.then(stop, stop);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (why) => reader.cancel(why),
  });
  return new Response(body, answer);
}

function headersFor(visitor: Actor, { apiKey }: DashboardOptions): Headers {
  const headers = new Headers({ [actorHeader]: encodeURIComponent(JSON.stringify(visitor)) });
  if (apiKey !== undefined) headers.set("authorization", `Bearer ${apiKey}`);
  return headers;
}

async function reach(url: string, options: DashboardOptions, init: RequestInit): Promise<Response> {
  try {
    // Where the key goes is what `url` says, not what an answer says.
    return await (options.fetch ?? fetch)(url, { ...init, redirect: "manual" });
  } catch {
    return refusal(
      502,
      "server_unreachable",
      `The Stepwell server does not answer. Is it running at ${new URL(options.url).origin}, and can this app reach it?`,
    );
  }
}

const relayedHeaders = ["content-type", "retry-after", "x-request-id"];

/** The server's answer without what belongs to its own connection, streams included. */
function relayed(answer: Response): Response {
  const headers = new Headers({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
  for (const name of relayedHeaders) {
    const value = answer.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  // Proxies in between must not gather a stream.
  if (headers.get("content-type")?.startsWith("text/event-stream")) headers.set("x-accel-buffering", "no");
  // The key is the app's, not the visitor's: they cannot cure it by signing in.
  if (answer.status === 401)
    return refusal(
      502,
      "server_refused",
      "The Stepwell server does not take the API key of this app. Make a new one under Settings, Keys, or with `stepwell key create`.",
    );
  return new Response(answer.body, { status: answer.status, headers });
}

function refusal(status: number, code: string, message: string): Response {
  const requestId = crypto.randomUUID();
  return Response.json(
    { error: { code, message, requestId } },
    { status, headers: { "cache-control": "no-store", "x-request-id": requestId } },
  );
}

const notFound = (): Response => refusal(404, "not_found", "There is nothing at this address.");
