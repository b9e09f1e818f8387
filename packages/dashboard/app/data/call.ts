/**
 * One call of the dashboard's API: address, headers and body from the route table, and the answer or an
 * `ApiFailure`. It knows neither React nor a cache (`api.ts` does).
 */
import {
  type Answer,
  type AnswerOf,
  apiBase,
  type BodyOf,
  type CallName,
  csrfHeader,
  type ParamsOf,
  type Query,
  type QueryOf,
  type Refusal,
  routes,
} from "@stepwell/api/dashboard";
import { boot, csrfToken } from "./boot.ts";
import { noteServerTime } from "./server-clock.ts";

/** Optional fields may also be given as `undefined`: they are left out then. */
type Loose<T> = { [K in keyof T]: undefined extends T[K] ? T[K] | undefined : T[K] };
type ParamsPart<Name extends CallName> = [ParamsOf<Name>] extends [undefined]
  ? { params?: undefined }
  : { params: ParamsOf<Name> };
type QueryPart<Name extends CallName> = [QueryOf<Name>] extends [undefined]
  ? { query?: undefined }
  : { query?: Loose<QueryOf<Name>> | undefined };
type BodyPart<Name extends CallName> = [BodyOf<Name>] extends [undefined]
  ? { body?: undefined }
  : { body: BodyOf<Name> };
/**
 * What a call takes: `params` of the path, `query`, `body`, each only where the call has it. `key`: two calls
 * with the same one act once (`Idempotency-Key`, where the call takes it).
 */
export type ArgsOf<Name extends CallName> = ParamsPart<Name> &
  QueryPart<Name> &
  BodyPart<Name> & { key?: string | undefined };

/** The server refused, failed or could not be reached (`status` 0). `code` is one of docs/errors.md. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  constructor(status: number, code: string, message: string, requestId: string | null) {
    super(message);
    this.name = "ApiFailure";
    this.status = status;
    this.code = code;
    this.requestId = requestId;
  }
}

type SignedOutListener = () => void;
let onSignedOut: SignedOutListener = () => {};
/** Whom to tell when the server says that the sign-in is over. */
export function whenSignedOut(listener: SignedOutListener): void {
  onSignedOut = listener;
}

type OptionalArgs<Name extends CallName> =
  Record<never, never> extends ArgsOf<Name> ? [args?: ArgsOf<Name>] : [args: ArgsOf<Name>];

/** To be called by what else finds the sign-in over. */
export function tellSignedOut(): void {
  onSignedOut();
}

/**
 * Makes one call: `call("getRun", { params: { id } })`.
 * @throws ApiFailure where the answer is not 2xx, or there is none.
 */
export function call<Name extends CallName>(
  name: Name,
  ...[args]: OptionalArgs<Name>
): Promise<Answer<AnswerOf<Name>>> {
  return send(name, (args ?? {}) as ArgsOf<Name>);
}

/** `call` with a signal that gives it up. @throws ApiFailure */
export async function send<Name extends CallName>(
  name: Name,
  args: ArgsOf<Name>,
  signal?: AbortSignal,
): Promise<Answer<AnswerOf<Name>>> {
  const { method, path } = routes[name];
  const given = args as { params?: Record<string, string>; query?: Query; body?: unknown; key?: string };
  const headers: Record<string, string> = { accept: "application/json" };
  if (method !== "GET") headers[csrfHeader] = csrfToken();
  if (given.body !== undefined) headers["content-type"] = "application/json";
  if (given.key !== undefined) headers["idempotency-key"] = given.key;
  const response = await reach(boot.base + apiBase + pathOf(path, given.params, given.query), {
    method,
    headers,
    credentials: "same-origin",
    ...(given.body !== undefined && { body: JSON.stringify(given.body) }),
    ...(signal && { signal }),
  });
  const body = (await response.json().catch(() => null)) as Answer<AnswerOf<Name>> | Refusal | null;
  if (response.ok && body !== null && "data" in body) {
    noteServerTime(body.meta.asOf);
    return body;
  }
  if (response.status === 401 && name !== "signIn" && name !== "getSession") onSignedOut();
  throw failureOf(response, body as Refusal | null);
}

/** Path and query of a call below the API's base. */
export function pathOf(path: string, params: Record<string, string> = {}, query: Query = {}): string {
  const filled = path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ""));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || value === "") continue;
    search.set(key, Array.isArray(value) ? value.join(",") : String(value));
  }
  const text = search.toString();
  return text === "" ? filled : `${filled}?${text}`;
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiFailure(0, "unreachable", "The server could not be reached. Is it running?", null);
  }
}

function failureOf(response: Response, body: Refusal | null): ApiFailure {
  const told = body?.error;
  return new ApiFailure(
    response.status,
    told?.code ?? `http_${response.status}`,
    told?.message ?? `The server answered ${response.status} ${response.statusText}`.trim(),
    told?.requestId ?? response.headers.get("x-request-id"),
  );
}
