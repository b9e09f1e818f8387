/**
 * The SDK that the protocol tests run with, chosen by the vitest project (`STEPWELL_SDK`): v4 as people
 * run it, v4 with checkpointing off, or v3. Tests are written once, in the style of v4; everything of the
 * SDK that they need comes from here. Where v3 has the same thing under the same name, v4's types stand
 * for both; an option that v3 does not know (cron jitter) is for tests of v4.
 */
import type { RequestListener } from "node:http";
import * as v4 from "inngest";
import { serve as serveV4 } from "inngest/node";
import * as v3 from "inngest-v3";
import { serve as serveV3 } from "inngest-v3/node";

export type { Inngest, InngestFunction } from "inngest";

/** What the three set-ups differ in, as far as a server can see it (wire.md §15.1). */
export interface Sdk {
  name: "v4" | "v4-plain" | "v3";
  version: string;
  /** It runs on from step to step within one call and tells each result to `/v1/checkpoint`. */
  checkpoints: boolean;
  /** The version that its answers carry: 1 asks for a re-entry after each member of a group, 2 after the last. */
  requestVersion: 1 | 2;
  /** An error that a step threw out of its function keeps the name of its class; else it is an `Error`. */
  keepsErrorNames: boolean;
}

const sdks: Record<Sdk["name"], Sdk> = {
  v4: { name: "v4", version: "4.24.0", checkpoints: true, requestVersion: 2, keepsErrorNames: true },
  "v4-plain": {
    name: "v4-plain",
    version: "4.24.0",
    checkpoints: false,
    requestVersion: 2,
    keepsErrorNames: true,
  },
  v3: { name: "v3", version: "3.54.2", checkpoints: false, requestVersion: 1, keepsErrorNames: false },
};

const chosen = process.env.STEPWELL_SDK ?? "v4";
if (!(chosen in sdks)) throw new Error(`STEPWELL_SDK is one of ${Object.keys(sdks)}, not ${chosen}`);
export const sdk: Sdk = sdks[chosen as Sdk["name"]];

/** How v4 can be asked for what v3 calls the same. */
const source: Pick<typeof v4, "NonRetriableError" | "RetryAfterError" | "referenceFunction"> =
  sdk.name === "v3" ? (v3 as unknown as typeof v4) : v4;
export const { NonRetriableError, RetryAfterError, referenceFunction } = source;

/** A client whose `createFunction` takes v4's two arguments, whatever the SDK. */
export function createClient(options: ConstructorParameters<typeof v4.Inngest>[0]): v4.Inngest.Any {
  const silent = { info() {}, warn() {}, error() {}, debug() {} };
  const all = { logger: silent, ...options };
  if (sdk.name !== "v3")
    return new v4.Inngest({ ...all, ...(sdk.checkpoints ? {} : { checkpointing: false }) });
  const client = new v3.Inngest(all as unknown as ConstructorParameters<typeof v3.Inngest>[0]);
  const create = client.createFunction;
  const twoArguments = ({ triggers, ...rest }: V3Options, handler: Parameters<typeof create>[2]) =>
    create(rest, [triggers ?? []].flat(), handler);
  return Object.assign(client, { createFunction: twoArguments }) as unknown as v4.Inngest.Any;
}

type V3Create = v3.Inngest["createFunction"];
type V3Options = Parameters<V3Create>[0] & { triggers?: Parameters<V3Create>[1] };

/** The serve handler. v3 wants the signing keys here, v4 at the client. */
export function serve(client: v4.Inngest.Any, functions: v4.InngestFunction.Any[]): RequestListener {
  if (sdk.name !== "v3") return serveV4({ client, functions });
  const { signingKey, signingKeyFallback } = (client as unknown as { options: v4.ClientOptions }).options;
  const keys = { ...(signingKey && { signingKey }), ...(signingKeyFallback && { signingKeyFallback }) };
  return serveV3({ client, functions, ...keys } as unknown as Parameters<typeof serveV3>[0]);
}

/** How many calls it takes to run so many steps in a row and to return. */
export const callsOf = (steps: number): number => (sdk.checkpoints ? 1 : steps + 1);

/** The name of an error under which a run fails after one of its steps threw it. */
export const failureName = (name: string): string => (sdk.keepsErrorNames ? name : "Error");

/** The headers of an answer that a test writes by hand, as this SDK would send them. */
export const answerHeaders: Record<string, string> = {
  "content-type": "application/json",
  "x-inngest-sdk": `inngest-js:v${sdk.version}`,
  "x-inngest-req-version": String(sdk.requestVersion),
};
