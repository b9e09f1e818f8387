/** The public HTTP contract of Stepwell and its typed client. */
export {
  ApiError,
  type Client,
  type ClientOptions,
  createClient,
  type OutgoingEvent,
  type RunQuery,
  UnreachableError,
} from "./client.ts";
export {
  type SendAnswer,
  sendAnswerSchema,
  type V1Answer,
  type V1Error,
  type V1Event,
  type V1Run,
  type V1RunStatus,
  v1Answer,
  v1EventSchema,
  v1RunSchema,
} from "./v1.ts";
export {
  type FunctionRun,
  functionRunSchema,
  runStatuses,
  type Span,
  type SpanStatus,
  spanSchema,
  spanStatuses,
  type Trace,
  traceSchema,
  type V2Answer,
  type V2Errors,
  type V2RunStatus,
  v2Answer,
} from "./v2.ts";
