/**
 * While a world is open, what its SDK client sends (events, checkpoints, signals) is answered in this
 * process. The client's code is not touched: an own property stands before its `fetch` and its mode, and
 * is taken away when the last world of the client is closed. Several worlds may share a client: code of a
 * function reaches the world that called it.
 */
import { type AppCall, currentCall } from "./app-call.ts";
import { WorldError } from "./world-error.ts";

/** What the kit needs of a client of SDK v3 or v4. */
export interface SdkClient {
  readonly id: string;
}

/** Who answers the requests of a client. */
export interface Receiver {
  /** @param call the call whose code asks; null: other code, such as the test itself */
  answer(request: Request, call: AppCall | null): Promise<Response>;
}

interface Desk {
  open: Set<Receiver>;
  giveBack(): void;
}
/** What is ours to know of the insides of the SDKs; v3 keeps its mode in an object, v4 in a word. */
interface Insides {
  mode?: "dev" | "cloud" | ModeV3;
  inngestApi?: object;
  fetch?: unknown;
}
interface ModeV3 {
  env: unknown;
  constructor: new (options: { type: "dev"; isExplicit: true; env: unknown }) => ModeV3;
}

const desks = new WeakMap<SdkClient, Desk>();

/** @throws WorldError when this is no client of an SDK */
export function checkClient(client: SdkClient | undefined): void {
  const insides = client as Insides | undefined;
  if (insides?.mode === undefined || insides.inngestApi === undefined)
    throw new WorldError("createWorld needs `client`, the Inngest client that your functions are made with.");
}

/** Answers the client's requests until the returned function is called. */
export function borrowClient(client: SdkClient, receiver: Receiver): () => void {
  let desk = desks.get(client);
  if (desk === undefined) {
    desk = openDesk(client);
    desks.set(client, desk);
  }
  const { open, giveBack } = desk;
  open.add(receiver);
  return () => {
    if (!open.delete(receiver) || open.size > 0) return;
    desks.delete(client);
    giveBack();
  };
}

/** True for clients of SDK v3, whose handler wants `fetch` for itself. */
export function isV3(client: SdkClient): boolean {
  return typeof (client as Insides).mode === "object";
}

/** The `fetch` that a borrowed client has: to the world that the code belongs to, else to the only one. */
export function fetchOf(client: SdkClient): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const desk = desks.get(client);
    // Whoever kept this function beyond the worlds of its client gets what was there before.
    if (desk === undefined) return fetch(request);
    const current = currentCall();
    if (current !== null && desk.open.has(current.world as Receiver))
      return (current.world as Receiver).answer(request, current.call);
    const [only, another] = desk.open;
    if (only === undefined || another !== undefined)
      throw new WorldError(
        `Two worlds are open for the client "${client.id}", so it is not known which one this is for. Close one of them (await world.close()), or use world.send().`,
      );
    return only.answer(request, null);
  };
}

function openDesk(client: SdkClient): Desk {
  const insides = client as Insides;
  const mode = insides.mode as NonNullable<Insides["mode"]>;
  const fetch = fetchOf(client);
  const undo = [shadow(client, "fetch", fetch)];
  if (typeof mode === "string") undo.push(shadow(client, "mode", "dev"));
  else {
    undo.push(shadow(insides.inngestApi as object, "fetch", fetch));
    // A setter: it also derives the addresses from the mode's environment.
    insides.mode = new mode.constructor({ type: "dev", isExplicit: true, env: mode.env });
    undo.push(() => {
      insides.mode = mode;
    });
  }
  return {
    open: new Set(),
    giveBack: () => {
      for (const step of undo.reverse()) step();
    },
  };
}

/** Puts an own property before whatever is there; returns what takes it away again. */
function shadow(target: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value, configurable: true, writable: true, enumerable: false });
  return () => {
    if (before === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, before);
  };
}
