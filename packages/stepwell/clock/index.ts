/**
 * `stepwell/clock`: code of an app that follows the clock of `stepwell dev` when that is moved. Imports
 * nothing, neither of ours nor of the SDK, and changes nothing where no moved clock calls: the app runs
 * the same on any other server. Two calls with different clocks in one process do not mix.
 */
import { currentOffsetMs, noteForSdk, runWith } from "./current.ts";
import { offsetOf } from "./offset.ts";

/**
 * The time of the server that makes the current call; outside of one, and wherever no clock was moved, the
 * machine's. It runs on during the call.
 * @returns a new Date
 * @example if (user.lastSeenAt < now().getTime() - 3 * 86_400_000) await remind(user);
 */
export function now(): Date {
  return new Date(Date.now() + currentOffsetMs());
}

/** What function code finds in its context beside `event` and `step`. A type, as SDK v3 asks for a record. */
export type ClockContext = {
  /** The server's time, as a new Date. */
  now: () => Date;
};

const nowWith =
  (offsetMs: number): ClockContext["now"] =>
  () =>
    new Date(Date.now() + offsetMs);

type Args = readonly unknown[];
interface RequestHook {
  requestArgs: Args;
  next: () => Promise<unknown>;
}
interface InputHook {
  ctx: object;
}

/** What this middleware adds to the SDK's own class. */
export interface ClockHooks {
  readonly id: string;
  wrapRequest(args: never): Promise<never>;
  transformFunctionInput<A extends InputHook>(args: A): A & { ctx: ClockContext };
}
/** The shape of every class, as TypeScript asks of mixins. */
type AnyClass = abstract new (...args: any[]) => object;
type ClockClass<B extends AnyClass> = new (...args: ConstructorParameters<B>) => InstanceType<B> & ClockHooks;

/**
 * The middleware for SDK v4: functions get `now()` in their context, and `now` of this module works in
 * everything that they call.
 * @param base the SDK's own class, so that this module needs no SDK
 * @example
 * import { Inngest, Middleware } from "inngest";
 * import { clockMiddleware } from "stepwell/clock";
 * new Inngest({ id: "shop", middleware: [clockMiddleware(Middleware.BaseMiddleware)] });
 */
export function clockMiddleware<B extends AnyClass>(base: B): ClockClass<B> {
  // The SDK makes one instance for each request.
  const Base = base as unknown as new (...args: unknown[]) => object;
  class ClockMiddleware extends Base {
    readonly id = "stepwell/clock";
    offsetMs = 0;
    wrapRequest({ requestArgs, next }: RequestHook): Promise<unknown> {
      this.offsetMs = offsetOf(requestArgs);
      return runWith(this.offsetMs, next);
    }
    transformFunctionInput<A extends InputHook>(args: A): A & { ctx: ClockContext } {
      return { ...args, ctx: { ...args.ctx, now: nowWith(this.offsetMs) } };
    }
  }
  return ClockMiddleware as unknown as ClockClass<B>;
}

/** The options of a middleware of SDK v3. */
export interface ClockMiddlewareV3 {
  name: string;
  init: () => {
    onFunctionRun: (run: { readonly reqArgs: Args }) => {
      transformInput: () => Promise<{ ctx: ClockContext }>;
    };
  };
}

/**
 * The same for SDK v3.
 * @example
 * import { Inngest, InngestMiddleware } from "inngest";
 * import { clockMiddlewareV3 } from "stepwell/clock";
 * new Inngest({ id: "shop", middleware: [new InngestMiddleware(clockMiddlewareV3)] });
 */
export const clockMiddlewareV3: ClockMiddlewareV3 = {
  name: "stepwell/clock",
  init: () => ({
    onFunctionRun({ reqArgs }) {
      const offsetMs = offsetOf(reqArgs);
      return {
        async transformInput() {
          if (offsetMs !== 0) await noteForSdk(offsetMs);
          return { ctx: { now: nowWith(offsetMs) } };
        },
      };
    },
  }),
};
