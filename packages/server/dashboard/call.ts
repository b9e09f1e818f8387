/** What a handler of the dashboard's API gets and gives; everything about HTTP stays in `frame.ts`. */
import type { Actor, AnswerOf, BodyOf, CallName, ParamsOf, QueryOf } from "@stepwell/api/dashboard";
import type { Instant, JsonObject, SignInRow } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import type { ServerOptions } from "../context.ts";

/** Who makes a call: `kind` says how that is known. */
export interface Caller extends Actor {
  kind: "user" | "key" | "mounted" | "dev" | "nobody";
  /** Of `mounted`: name and ending of the API key that says who acts; absent: the open dev server was told. */
  key?: string;
}

export interface Call<Name extends CallName> {
  params: ParamsOf<Name>;
  query: QueryOf<Name>;
  body: BodyOf<Name>;
  caller: Caller;
  /** The signed-in browser that calls; null: a key, the dev server, or nobody. */
  signIn: SignInRow | null;
  /** The client's address, as far as it can be trusted; null: not known. */
  address: string | null;
  requestId: string;
  request: Request;
  engine: Engine;
  options: ServerOptions;
}

export interface Reply<T> {
  data: T;
  /** Of a list: where it goes on (null: nowhere), and how long a page is. */
  page?: { next: string | null; limit: number };
  /** Of a search that stopped at its bound: how far back it has looked. */
  searchedTo?: Instant;
  /** For the audit log: what was acted on, like `run 01J…`, and how. No secrets. */
  target?: string;
  detail?: JsonObject;
  /** Who it turned out to be, where that is known only after the call: signing in and setting up. */
  actor?: Caller;
  /** Beside the usual ones, like `set-cookie`. */
  headers?: [name: string, value: string][];
}

export type Handler<Name extends CallName> = (call: Call<Name>) => Promise<Reply<AnswerOf<Name>>>;
/** The handlers of a section of the table. */
export type Handlers<Name extends CallName> = { readonly [N in Name]: Handler<N> };
