/**
 * The answer to a request of the server's own, as it may be shown (`step.fetch`). The app gets it whole; in a
 * trace the query of its address and headers that carry credentials are left out: they may hold keys (W-35).
 */
import type { Json, JsonObject } from "@stepwell/core";

const HIDDEN = "[hidden]";
const CREDENTIAL = /cookie|auth|key|token|secret|signature/i;
const ADDRESS = /^(?:location|content-location|refresh|link)$/i;

/** `output`: `{data}` or `{error}`. */
export function shownAnswer(output: JsonObject): JsonObject {
  const { data } = output;
  if (!isObject(data)) return output;
  const { url, headers } = data;
  return {
    ...output,
    data: {
      ...data,
      ...(typeof url === "string" ? { url: bareAddress(url) } : {}),
      ...(isObject(headers) ? { headers: shownHeaders(headers) } : {}),
    },
  };
}

function shownHeaders(headers: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (CREDENTIAL.test(name)) return [name, HIDDEN];
      return [name, ADDRESS.test(name) && typeof value === "string" ? bareAddress(value) : value];
    }),
  );
}

function bareAddress(url: string): string {
  return url.replace(/[?#].*$/s, "").replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, "$1");
}

function isObject(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
