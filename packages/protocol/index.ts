/** The door of the wire: bytes and JSON in, plain data out. No clock, no I/O, no randomness. */
export { type ResponseInput, readAnswer } from "./answer.ts";
export { type CallInput, MAX_CALL_BYTES, targetUrl, type WireRequest, writeCall } from "./call.ts";
export { type CheckpointBody, readCheckpoint } from "./checkpoint.ts";
export { readEventBody } from "./event-body.ts";
export { type AcceptOptions, acceptEvents, MAX_EVENT_BYTES, MAX_EVENTS_PER_REQUEST } from "./events.ts";
export type { Checks } from "./function-config.ts";
export {
  checkServerKind,
  type HeaderMap,
  header,
  isAppAnswer,
  requestVersionOf,
  type ServerKind,
  syncKindOf,
} from "./headers.ts";
export { appId, functionId } from "./ids.ts";
export { parseJson } from "./json.ts";
export {
  acceptsBearer,
  bearerOf,
  checkSigningKey,
  signPayload,
  signRequestBody,
  verifySignature,
} from "./signing.ts";
export { type Registration, readInBand, readRegistration, registerReply, writeSyncRequest } from "./sync.ts";
