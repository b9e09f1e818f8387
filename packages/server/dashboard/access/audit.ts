/**
 * The audit log: a row `begun` before an act and its outcome after it, so that none is missing after a
 * crash in between. Acts that the caller may not do are written down, too, where it is known who that is.
 */
import type { CallName } from "@stepwell/api/dashboard";
import type { AuditRow, JsonObject } from "@stepwell/core";
import { asRefusal } from "../../reply.ts";
import type { Call, Caller, Reply } from "../call.ts";
import { type AccessStore, findByName } from "./accounts.ts";

export interface AuditEntry {
  done(reply: Reply<unknown>): Promise<void>;
  /** The act failed, and with which code. */
  refused(error: unknown): Promise<void>;
}

interface About {
  engine: AccessStore;
  caller: Caller;
  address: string | null;
  requestId: string;
  /** Of the call's path: what the act is about, as long as nothing better is known. */
  params?: { id?: string } | undefined;
}

export async function beginAudit(action: string, call: Call<CallName>): Promise<AuditEntry> {
  const { engine } = call;
  const row = rowOf(action, { ...call, caller: await namedCaller(call) });
  await engine.commit({}, () => ({ write: [{ insert: "audit", row }], reply: null }));
  const end = async (set: Partial<AuditRow>): Promise<void> => {
    await engine.commit({}, () => ({ write: [{ update: "audit", key: { id: row.id }, set }], reply: null }));
  };
  return {
    done: ({ target, detail, actor }) =>
      end({
        outcome: "done",
        target: target ?? row.target,
        detail: detailOf(call, detail ?? null),
        ...(actor === undefined ? {} : { actor: actor.name, actorKind: actor.kind }),
      }),
    refused: (error) => end({ outcome: "refused", detail: detailOf(call, refusalDetail(error)) }),
  };
}

/** Something that is over when it is written down: a refused call, an act of the command line. */
export async function writeAudit(
  action: string,
  about: About,
  end:
    | { outcome: "done"; target: string; detail: JsonObject | null }
    | { outcome: "refused"; error: unknown },
): Promise<void> {
  const row: AuditRow = {
    ...rowOf(action, about),
    outcome: end.outcome,
    ...(end.outcome === "done"
      ? { target: end.target, detail: end.detail }
      : { detail: detailOf(about, refusalDetail(end.error)) }),
  };
  await about.engine.commit({}, () => ({ write: [{ insert: "audit", row }], reply: null }));
}

const MAX_ID = 100;

function rowOf(action: string, about: About): AuditRow {
  const { engine, caller, address, requestId, params } = about;
  const id = params?.id?.slice(0, MAX_ID);
  return {
    id: engine.newId(),
    at: engine.now(),
    actor: caller.name,
    actorKind: caller.kind,
    action,
    // `user 01J…`, by the word that the action begins with.
    target: id === undefined ? null : `${action.split(".")[0]} ${id}`,
    detail: detailOf(about, null),
    outcome: "begun",
    address,
    requestId,
  };
}

/** Who acts through a key is who the key's holder says; so the key is named beside them. */
function detailOf({ caller: { key } }: Pick<About, "caller">, detail: JsonObject | null): JsonObject | null {
  return key === undefined ? detail : { ...detail, key };
}

/** Of somebody who is not signed in: the account that they try. Other names may be a password in the wrong field. */
async function namedCaller({ caller, body, engine }: Call<CallName>): Promise<Caller> {
  const name = (body as { name?: unknown } | undefined)?.name;
  if (caller.kind !== "nobody" || typeof name !== "string") return caller;
  return { ...caller, name: findByName(await engine.read.users(), name)?.name ?? "unknown name" };
}

function refusalDetail(error: unknown): JsonObject {
  return { code: asRefusal(error)?.code ?? "internal" };
}
