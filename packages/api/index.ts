/** The public HTTP contract of Stepwell and its typed client. */
export {
  ApiError,
  type Client,
  type ClientOptions,
  createClient,
  type EventQuery,
  type OutgoingEvent,
  type PageQuery,
  type RunQuery,
  type TickQuery,
  UnreachableError,
} from "./client.ts";
export {
  type AdvanceNews,
  type AdvanceView,
  advanceClock,
  type ClockView,
  readClock,
} from "./clock.ts";
export { type FunctionState, functionStateSchema } from "./functions.ts";
export { type ListPage, pageSchema } from "./list-page.ts";
export {
  type Schedule,
  scheduleSchema,
  type Tick,
  type TickOutcome,
  tickOutcomes,
  tickSchema,
} from "./schedules.ts";
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
  type EventView,
  eventViewSchema,
  type FunctionRun,
  functionRunSchema,
  runStatuses,
  type Span,
  type SpanStatus,
  type StepInfo,
  type StepOp,
  spanSchema,
  spanStatuses,
  stepOps,
  type Trace,
  traceSchema,
  type V2Answer,
  type V2Errors,
  type V2RunStatus,
  v2Answer,
} from "./v2.ts";
export {
  type EventOutcome,
  eventOutcomeSchema,
  type OutcomeKind,
  outcomeKinds,
  type WaitingGate,
  type WaitingLimit,
  type WaitingReason,
  waitingGates,
  waitingReasonSchema,
} from "./waiting.ts";
