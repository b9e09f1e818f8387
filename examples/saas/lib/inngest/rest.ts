/**
 * Asks the server that runs the functions, by its REST API: the same address and keys as the SDK's.
 * A server that is away, or says something else than expected, is an answer and not an error: pages
 * have something to show all the same.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { inngest } from "./client.ts";

export type Answer<T> =
  /** `serverTime`: what time it was there; in development its clock may be moved. */
  { is: "found"; data: T; serverTime: Date } | { is: "absent" } | { is: "unreachable"; reason: string };

export type Rest = { get<T>(path: string, schema: z.ZodType<T>): Promise<Answer<T>> };

type Parts = {
  baseUrl: string;
  /** The second key is tried where the first one is refused: keys are changed one after the other. */
  signingKeys?: (string | undefined)[];
  environment?: string | null;
  timeoutMs?: number;
};

export const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const Metadata = z.object({ fetchedAt: instant.optional() }).optional();

export function createRest({ baseUrl, signingKeys = [], environment, timeoutMs = 5_000 }: Parts): Rest {
  const [key, fallbackKey] = signingKeys.filter((one) => one !== undefined && one !== "");

  function ask(path: string, withKey: string | undefined): Promise<Response> {
    const headers = new Headers({ Accept: "application/json" });
    if (withKey) headers.set("Authorization", `Bearer ${hashSigningKey(withKey)}`);
    if (environment) headers.set("X-Inngest-Env", environment);
    const signal = AbortSignal.timeout(timeoutMs);
    return fetch(new URL(path, baseUrl), { headers, signal, cache: "no-store" });
  }

  return {
    async get<T>(path: string, schema: z.ZodType<T>): Promise<Answer<T>> {
      const unreachable = (what: string): Answer<T> => ({
        is: "unreachable",
        reason: `${new URL(baseUrl).origin} ${what}`,
      });
      try {
        let response = await ask(path, key);
        if (isRefused(response) && fallbackKey) response = await ask(path, fallbackKey);
        if (response.status === 404) return { is: "absent" };
        if (isRefused(response)) return unreachable("does not take INNGEST_SIGNING_KEY");
        if (!response.ok) return unreachable(`answered with status ${response.status}`);
        const body = z.object({ data: schema, metadata: Metadata }).safeParse(await response.json());
        if (!body.success) return unreachable(`answered something unknown (${z.prettifyError(body.error)})`);
        const { data, metadata } = body.data;
        return { is: "found", data: data as T, serverTime: metadata?.fetchedAt ?? new Date() };
      } catch (error) {
        return unreachable(sayFailure(error, timeoutMs));
      }
    },
  };
}

/** Made for each question, because the SDK's variables are only known at run time. */
export function rest(): Rest {
  const { apiBaseUrl: baseUrl, signingKey, signingKeyFallback, env: environment } = inngest;
  return createRest({ baseUrl, signingKeys: [signingKey, signingKeyFallback], environment });
}

/** What is sent of a key: its prefix, and the SHA-256 of the bytes that its hexadecimal part stands for. */
export function hashSigningKey(key: string): string {
  const prefix = /^signkey-\w+-/.exec(key)?.[0] ?? "";
  const bytes = Buffer.from(key.slice(prefix.length), "hex");
  return prefix + createHash("sha256").update(bytes).digest("hex");
}

function isRefused({ status }: Response): boolean {
  return status === 401 || status === 403;
}

function sayFailure(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `did not answer within ${timeoutMs / 1000} s`;
  if (error instanceof SyntaxError) return "answered something that is no JSON";
  const { cause } = error;
  return `does not answer (${cause instanceof Error && cause.message ? cause.message : error.message})`;
}
