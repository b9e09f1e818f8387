/** `step.fetch` and `step.ai.infer`: requests that the server makes, so that no app waits for them (semantics §7.7). */
import type { JsonObject } from "../../model/json.ts";
import type { Moment } from "../../model/moment.ts";
import type { Op } from "../../model/op.ts";
import type { LeaseRow } from "../../model/queue.ts";
import type { About, Draft } from "../effects.ts";
import { requestName } from "../kept.ts";
import type { Outcome } from "./index.ts";
import { open } from "./open.ts";

export function openGateway(
  draft: Draft,
  op: Extract<Op, { op: "Gateway" | "AIGateway" }>,
  _lease: LeaseRow,
  _about: About,
  moment: Moment,
): Outcome {
  const replaced = draft.state.replacedBody;
  const request =
    replaced?.step === op.id ? { ...op.request, body: JSON.stringify(replaced.body) } : op.request;
  if (replaced?.step === op.id) delete draft.state.replacedBody;
  const where = withoutSecrets(request.url);
  open(draft, op, { op: op.op, name: where }, moment);
  draft.effects.push({
    do: "keep",
    name: requestName(op.id),
    value: { ...request, ai: op.op === "AIGateway" } satisfies JsonObject,
  });
  draft.effects.push({
    do: "later",
    job: { kind: "fetch", step: op.id, attempt: 0 },
    dueAt: moment.now,
  });
  const data = { name: op.displayName, op: op.op, method: request.method, url: where };
  draft.effects.push({ do: "note", kind: "step.fetching", step: op.id, data });
  return "opened";
}

/** Queries and user names may hold keys (wire.md §5.4): only the place is shown. */
function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return "";
  const { protocol, host, pathname } = new URL(url);
  return /^https?:$/.test(protocol) ? `${protocol}//${host}${pathname}` : "";
}
