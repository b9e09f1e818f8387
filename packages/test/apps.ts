/** The apps of a world: their clients are borrowed, their functions are served under addresses that exist only here. */
import type { Engine } from "@stepwell/engine";
import { borrowClient, checkClient, fetchOf, isV3, type Receiver, type SdkClient } from "./borrow-client.ts";
import type { AppOptions, EdgeServe } from "./world.ts";
import { WorldError } from "./world-error.ts";

export interface Apps {
  /** Hands a request of the engine to the app at its address. */
  handle(request: Request): Promise<Response>;
  /** Makes the functions known to the engine. @throws WorldError when it refuses them */
  register(engine: Engine): Promise<void>;
  /** A function as the test names it: without the app's id where it is of the first app. */
  bare(slug: string): string;
  /** What the engine calls a function that the test names. */
  slugOf(functionId: string): string;
  /** Clients are what they were before. */
  giveBack(): void;
}

type Handler = (request: Request) => Promise<Response>;

/** @throws WorldError when a client is none, or a function is not of its client */
export async function openApps(apps: readonly AppOptions[], receiver: Receiver): Promise<Apps> {
  for (const app of apps) checkApp(app);
  const ids = apps.map(({ client }) => client.id);
  const [own = ""] = ids;
  const undo: (() => void)[] = [];
  const giveBack = (): void => {
    for (const one of undo.splice(0)) one();
  };
  const handlers = new Map<string, Handler>();
  try {
    for (const [index, app] of apps.entries()) {
      undo.push(borrowClient(app.client, receiver));
      handlers.set(hostOf(index), await handlerOf(app));
    }
  } catch (error) {
    giveBack();
    throw error;
  }
  const appOf = (slug: string): string | undefined =>
    ids.filter((id) => slug.startsWith(`${id}-`)).sort((a, b) => b.length - a.length)[0];
  return {
    handle(request) {
      const handler = handlers.get(new URL(request.url).host);
      return handler === undefined
        ? Promise.resolve(new Response("no app lives here", { status: 404 }))
        : handler(request);
    },
    async register(engine) {
      for (const host of handlers.keys()) await register(engine, `http://${host}/api/inngest`);
    },
    bare: (slug) => (appOf(slug) === own ? slug.slice(own.length + 1) : slug),
    slugOf: (functionId) => (appOf(functionId) === undefined ? `${own}-${functionId}` : functionId),
    giveBack,
  };
}

/** No socket is opened: the address only stands in texts. */
function hostOf(index: number): string {
  return index === 0 ? "app.stepwell.test" : `app-${index + 1}.stepwell.test`;
}

async function handlerOf({ client, functions, serve }: AppOptions): Promise<Handler> {
  const make = serve ?? ((await import("inngest/edge")).serve as EdgeServe);
  const fetch = fetchOf(client);
  return make({ client, functions, ...(isV3(client) ? { fetch } : {}) } as never);
}

function checkApp({ client, functions }: AppOptions): void {
  checkClient(client);
  if (!Array.isArray(functions))
    throw new WorldError("createWorld needs `functions`, a list of what `client.createFunction` returns.");
  for (const [index, fn] of functions.entries()) checkFunction(client, fn, index);
}

function checkFunction(client: SdkClient, fn: unknown, index: number): void {
  const known = fn as { id?: unknown; client?: SdkClient } | null | undefined;
  if (typeof known?.id !== "function")
    throw new WorldError(
      `functions[${index}] is ${known === undefined ? "undefined" : "not a function of the SDK"}. Give what \`client.createFunction\` returns; modules that import each other in a circle see undefined.`,
    );
  if (known.client === undefined || known.client === client) return;
  const other = known.client.id;
  const cure =
    other === client.id
      ? "The client's module is loaded twice (by two paths, or again by the test runner): import client and functions from the same one."
      : `Give createWorld the client of its functions; functions of another app go into \`otherApps\`.`;
  throw new WorldError(
    `Function "${known.id()}" is not made with the client that createWorld got ("${client.id}"), but with another one ("${other}"). ${cure}`,
  );
}

async function register(engine: Engine, url: string): Promise<void> {
  try {
    await engine.syncUrl(url);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new WorldError(
      `The functions cannot be used: ${why} (If the client is of another SDK than the package \`inngest\`, give createWorld its \`serve\`.)`,
      { cause: error },
    );
  }
}
