/**
 * Which clock the running code belongs to, by its async context. Kept on `globalThis`, since bundlers may
 * load this module more than once. Where the runtime has no AsyncLocalStorage, only the `now` of the
 * function's context follows the clock.
 */

interface Storage {
  run<R>(offsetMs: number, call: () => R): R;
  getStore(): number | undefined;
}
interface SdkStorage {
  getStore(): object | undefined;
}
interface Current {
  storage: Storage | null;
  /** SDK v3 cannot be wrapped, but has a context of its own for each call. */
  sdk: SdkStorage | null;
  offsets: WeakMap<object, number>;
}

const KEY = Symbol.for("stepwell:clock");
const SDK_KEY = Symbol.for("inngest:als");
type Shared = typeof globalThis & {
  [KEY]?: Current;
  [SDK_KEY]?: unknown;
  AsyncLocalStorage?: new () => Storage;
};
const shared = globalThis as Shared;

function current(): Current {
  shared[KEY] ??= { storage: createStorage(), sdk: null, offsets: new WeakMap() };
  return shared[KEY];
}

/** Asked of the runtime and not imported: an import would break bundles for runtimes without it. */
function createStorage(): Storage | null {
  const runtime = shared.process as { getBuiltinModule?: (name: string) => unknown } | undefined;
  const hooks = runtime?.getBuiltinModule?.("node:async_hooks") as
    | { AsyncLocalStorage?: new () => Storage }
    | undefined;
  const AsyncLocalStorage = shared.AsyncLocalStorage ?? hooks?.AsyncLocalStorage;
  return AsyncLocalStorage === undefined ? null : new AsyncLocalStorage();
}

/** Calls with the clock moved by `offsetMs` for it and everything it starts. */
export function runWith<R>(offsetMs: number, call: () => R): R {
  const { storage } = current();
  return storage === null ? call() : storage.run(offsetMs, call);
}

/** How far the clock of the running code has been moved; 0: not, or not in a call. */
export function currentOffsetMs(): number {
  const { storage, sdk, offsets } = current();
  const own = storage?.getStore();
  if (own !== undefined) return own;
  const context = sdk?.getStore();
  return context === undefined ? 0 : (offsets.get(context) ?? 0);
}

/** Notes the clock for the call that SDK v3 is running, under the SDK's own context of it. */
export async function noteForSdk(offsetMs: number): Promise<void> {
  const found: unknown = await shared[SDK_KEY];
  if (typeof found !== "object" || found === null || !("getStore" in found)) return;
  const state = current();
  state.sdk = found as SdkStorage;
  const context = state.sdk.getStore();
  if (context !== undefined) state.offsets.set(context, offsetMs);
}
