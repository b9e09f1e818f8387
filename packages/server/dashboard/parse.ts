/** Parameters, query and body of a call, checked by the schemas of the contract. */
import { type ErrorCode, StepwellError } from "@stepwell/core";
import { parseJson as readJson } from "@stepwell/protocol";
import type { Context } from "hono";
import type { z } from "zod";
import { readBytes } from "../body.ts";

/** What is known of a call's query and body; absent: it takes none. */
export interface Given {
  query?: z.ZodType | undefined;
  body?: z.ZodType | undefined;
}

const MAX_PARAMETER = 512;

/** @throws StepwellError `not_found`: nothing has so long a name */
export function readParams(c: Context): Record<string, string> {
  const params: Record<string, string> = c.req.param();
  if (Object.values(params).some((value) => value.length > MAX_PARAMETER))
    throw new StepwellError("not_found");
  return params;
}

/** @throws StepwellError `query_invalid` */
export function readQuery(request: Request, schemas: Given): unknown {
  const entries = [...new URL(request.url).searchParams];
  const given = Object.fromEntries(entries);
  if (Object.keys(given).length < entries.length)
    throw new StepwellError("query_invalid", "The query holds a name more than once.");
  if (schemas.query !== undefined) return checked(schemas.query, given, "query_invalid");
  const [unknown] = Object.keys(given);
  if (unknown === undefined) return undefined;
  throw new StepwellError("query_invalid", `This call takes no query, so not \`${unknown}\` either.`);
}

/** @throws StepwellError `body_too_large`, `invalid_json`, `body_invalid` */
export async function readBody(request: Request, schemas: Given, maxBytes: number): Promise<unknown> {
  const bytes = await readBytes(request, maxBytes);
  if (schemas.body === undefined) return undefined;
  return checked(schemas.body, parseJson(bytes), "body_invalid");
}

function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0)
    throw new StepwellError("body_invalid", "The body is empty; this call needs a JSON object.");
  try {
    return readJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    if (cause instanceof StepwellError && cause.code === "json_too_deep") throw cause;
    // What a parser quotes of a body may be a password.
    throw new StepwellError("invalid_json", "The body is not valid JSON.", { cause });
  }
}

function checked(schema: z.ZodType, given: unknown, code: ErrorCode): unknown {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new StepwellError(code, parsed.error.issues.slice(0, 3).map(textOf).join("; "));
}

function textOf({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `\`${path.join(".")}\`: ${message}`;
}
