/** Answers and refusals of the dashboard's API as responses. Nothing of it is to be kept by a cache. */
import type { Answer, Refusal } from "@stepwell/api/dashboard";
import { StepwellError } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import type { ServerOptions } from "../context.ts";
import { asRefusal, isoTime, retryAfterOf } from "../reply.ts";
import type { Reply } from "./call.ts";

const always: [string, string][] = [
  ["cache-control", "no-store"],
  ["x-content-type-options", "nosniff"],
];

export function answerOf<T>(engine: Engine, requestId: string, reply: Reply<T>): Response {
  const { data, page, searchedTo } = reply;
  const answer: Answer<T> = {
    data,
    ...(page === undefined ? {} : { page }),
    meta: {
      asOf: isoTime(engine.now()),
      ...(searchedTo === undefined ? {} : { searchedTo: isoTime(searchedTo) }),
    },
  };
  return Response.json(answer, {
    headers: [...always, ["x-request-id", requestId], ...(reply.headers ?? [])],
  });
}

interface Refused {
  options: ServerOptions;
  request: Request;
  requestId: string;
}

/** A bug is told in the log with its stack, to the caller only as `internal`. */
export function refusalOf(error: unknown, { options, request, requestId }: Refused): Response {
  const known = asRefusal(error);
  if (known === null) {
    const bug = error instanceof Error ? error : new Error(String(error));
    options.log({
      level: "error",
      event: "request.bug",
      message: `${request.method} ${new URL(request.url).pathname}: ${bug.message}`,
      code: "internal",
      requestId,
      stack: bug.stack,
    });
  }
  return refusalReply(known ?? new StepwellError("internal", undefined, { cause: error }), requestId);
}

export function refusalReply(error: StepwellError, requestId: string): Response {
  const { code, message, status } = error;
  const body: Refusal = { error: { code, message, requestId } };
  const headers = new Headers([...always, ["x-request-id", requestId]]);
  const retryAfter = retryAfterOf(error);
  if (retryAfter !== null) headers.set("retry-after", String(retryAfter));
  if (status === 401) headers.set("www-authenticate", "Bearer");
  return Response.json(body, { status, headers });
}
