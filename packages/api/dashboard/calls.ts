/** What each call of the table takes and answers. */
import type { Tick } from "../schedules.ts";
import type { Range } from "./answer.ts";
import type { AddAppBody, AppLine, SyncOutcome } from "./apps.ts";
import type { BulkJob, BulkPreview, BulkPreviewBody, BulkStartBody, BulkVerb } from "./bulk.ts";
import type {
  EventDetail,
  EventLine,
  EventSchema,
  EventsQuery,
  EventType,
  SendEventBody,
  SentEvent,
} from "./events.ts";
import type { FunctionDetail, FunctionLine, InvokeBody, SetModeBody, Started } from "./functions.ts";
import type { Overview, OverviewQuery } from "./overview.ts";
import type { CallName } from "./routes.ts";
import type {
  RerunBody,
  RunLine,
  RunsCount,
  RunsQuery,
  RunTrace,
  RunTraceQuery,
  RunView,
  RunWhy,
} from "./runs.ts";
import type { ScheduleLine, TicksQuery } from "./schedules.ts";
import type { ChangePasswordBody, SessionView, SetUpBody, SignInBody, SignInSession } from "./session.ts";
import type {
  ApiKeyView,
  AuditEntry,
  AuditQuery,
  CreatedKey,
  CreateKeyBody,
  CreateUserBody,
  SystemHealth,
  UpdateUserBody,
  UserView,
} from "./settings.ts";

interface ById {
  id: string;
}
interface PageQuery {
  cursor?: string;
  limit?: number;
}
/** A write that has nothing to tell. */
export interface Done {
  done: true;
}

/** `params`: of the path; `query`; `body`; `answer`: the `data` of the envelope. Absent: there is none. */
export interface Calls {
  getSession: { answer: SessionView };
  signIn: { body: SignInBody; answer: SessionView };
  signOut: { answer: SessionView };
  setUp: { body: SetUpBody; answer: SessionView };
  changePassword: { body: ChangePasswordBody; answer: Done };
  listSessions: { answer: SignInSession[] };
  endSession: { params: ById; answer: Done };
  getOverview: { query: OverviewQuery; answer: Overview };
  listRuns: { query: RunsQuery; answer: RunLine[] };
  countRuns: { query: { q?: string }; answer: RunsCount };
  getRun: { params: ById; answer: RunView };
  getRunTrace: { params: ById; query: RunTraceQuery; answer: RunTrace };
  getRunWhy: { params: ById; answer: RunWhy };
  cancelRun: { params: ById; answer: { status: "cancelled" | "ended" } };
  rerunRun: { params: ById; body: RerunBody; answer: { runId: string } };
  listEvents: { query: EventsQuery; answer: EventLine[] };
  getEvent: { params: ById; answer: EventDetail };
  sendEvent: { body: SendEventBody; answer: SentEvent };
  listEventTypes: { answer: EventType[] };
  getEventSchema: { params: { name: string }; answer: EventSchema };
  listFunctions: { query: { archived?: boolean }; answer: FunctionLine[] };
  getFunction: { params: ById; query: { range?: Range }; answer: FunctionDetail };
  setFunctionMode: { params: ById; body: SetModeBody; answer: SetModeBody };
  invokeFunction: { params: ById; body: InvokeBody; answer: Started };
  listSchedules: { answer: ScheduleLine[] };
  listTicks: { params: ById; query: TicksQuery; answer: Tick[] };
  runSchedule: { params: ById; answer: Started };
  listApps: { answer: AppLine[] };
  addApp: { body: AddAppBody; answer: SyncOutcome };
  syncApp: { params: ById; answer: SyncOutcome };
  previewBulk: { body: BulkPreviewBody; answer: BulkPreview };
  startBulk: { body: BulkStartBody; answer: BulkJob };
  listBulk: { query: PageQuery; answer: BulkJob[] };
  getBulk: { params: ById; answer: BulkJob };
  actOnBulk: { params: { id: string; verb: BulkVerb }; answer: BulkJob };
  listKeys: { answer: ApiKeyView[] };
  createKey: { body: CreateKeyBody; answer: CreatedKey };
  revokeKey: { params: ById; answer: Done };
  listUsers: { answer: UserView[] };
  createUser: { body: CreateUserBody; answer: UserView };
  updateUser: { params: ById; body: UpdateUserBody; answer: UserView };
  removeUser: { params: ById; answer: Done };
  listAudit: { query: AuditQuery; answer: AuditEntry[] };
  getHealth: { answer: SystemHealth };
}

export type ParamsOf<Name extends CallName> = Calls[Name] extends { params: infer P } ? P : undefined;
export type QueryOf<Name extends CallName> = Calls[Name] extends { query: infer Q } ? Q : undefined;
export type BodyOf<Name extends CallName> = Calls[Name] extends { body: infer B } ? B : undefined;
export type AnswerOf<Name extends CallName> = Calls[Name]["answer"];
