/** The one table of error codes. Permanent: a code is never renamed or reused. docs/errors.md is checked against it. */

export interface ErrorEntry {
  /** HTTP status where the error leaves by HTTP. */
  status: number;
  /** What happened. */
  cause: string;
  /** What to do about it. */
  cure: string;
}

/** A refusal: the caller's fault or the moment's, told with a code, its cause and its cure. */
export class StepwellError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  /** When to try again, where the refusal knows it. */
  readonly retryAfterSeconds: number | null;
  constructor(code: ErrorCode, message?: string, options?: ErrorOptions & { retryAfterSeconds?: number }) {
    super(message ?? `${errors[code].cause} ${errors[code].cure}`, options);
    this.name = "StepwellError";
    this.code = code;
    this.status = errors[code].status;
    this.retryAfterSeconds = options?.retryAfterSeconds ?? null;
  }
}

export const errors = {
  invalid_json: {
    status: 400,
    cause: "The body is not valid JSON.",
    cure: "Send one JSON object or an array of them.",
  },
  json_too_deep: { status: 400, cause: "The JSON is nested too deeply.", cure: "Nest at most 500 levels." },
  event_invalid: {
    status: 400,
    cause: "An event is not valid.",
    cure: "Send `name` (text) and `data` (an object).",
  },
  event_name_reserved: {
    status: 400,
    cause: "Event names that start with `inngest/` are reserved.",
    cure: "Choose another name.",
  },
  too_many_events: {
    status: 400,
    cause: "A request holds more than 5,000 events.",
    cure: "Send several requests.",
  },
  event_too_large: {
    status: 413,
    cause: "An event is larger than 3 MiB.",
    cure: "Store the payload elsewhere and send its address.",
  },
  body_too_large: {
    status: 413,
    cause: "The request body is larger than the limit.",
    cure: "Send less at once, or raise --max-body.",
  },
  event_key_unknown: {
    status: 401,
    cause: "Event key not found.",
    cure: "Use one of the keys given with --event-key.",
  },
  unauthorized: {
    status: 401,
    cause: "The signing key is missing or wrong.",
    cure: "Send `Authorization: Bearer <signing key>`.",
  },
  host_not_allowed: {
    status: 403,
    cause: "The Host header names a host that this server does not answer to.",
    cure: "Use a loopback address, or allow the host with --allowed-host.",
  },
  origin_not_allowed: {
    status: 403,
    cause: "A page of another origin may not write here.",
    cure: "Call from a server, or allow the host with --allowed-host.",
  },
  not_found: { status: 404, cause: "There is nothing at this address.", cure: "Check the path and the id." },
  method_not_allowed: {
    status: 405,
    cause: "This address does not take this method.",
    cure: "Send events with POST.",
  },
  id_malformed: {
    status: 400,
    cause: "The id is not a ULID.",
    cure: "Use the 26-character id from the API.",
  },
  query_invalid: {
    status: 400,
    cause: "A query parameter is not valid.",
    cure: "See docs/reference/rest.md for the accepted values.",
  },
  step_ambiguous: {
    status: 400,
    cause: "Several steps of the run have this id.",
    cure: "Name the step by its hash, the last part of its span's id in the trace.",
  },
  input_not_replaceable: {
    status: 400,
    cause: "The step takes no arguments that could be replaced.",
    cure: "Rerun from it without `input`, or from a step that runs code in the app.",
  },
  checkpoint_invalid: {
    status: 400,
    cause: "The body is not a checkpoint.",
    cure: "Send what the SDK sends: `qi_id` and a list of `steps`.",
  },
  signal_invalid: {
    status: 400,
    cause: "The body is not a signal.",
    cure: 'Send {"signal": "name", "data": …}.',
  },
  rerun_invalid: {
    status: 400,
    cause: "The body is not a rerun.",
    cure: 'Send {} or {"fromStep": {"stepId": "…", "input": […]}}.',
  },
  bulk_preview_gone: {
    status: 409,
    cause: "The preview of this bulk action is not known any more.",
    cure: "Make a new one: previews are kept for 10 minutes, and not over a restart.",
  },
  bulk_refused: {
    status: 400,
    cause: "The bulk action cannot be started.",
    cure: "Mend what the message names, and confirm again.",
  },
  bulk_over: {
    status: 409,
    cause: "The bulk job is no longer in a state in which this can be done.",
    cure: "Look at the job: its page says how far it is.",
  },
  dispatch_stale: {
    status: 409,
    cause: "The call is no longer the one that works on this run.",
    cure: "Nothing to do: the run goes on in another call, or has ended.",
  },
  nobody_waits: {
    status: 404,
    cause: "No run waits for this signal.",
    cure: "Send it again once a run waits: signals are not kept.",
  },
  app_name_missing: { status: 400, cause: "The app has no name.", cure: "Give the SDK client an `id`." },
  sync_refused: {
    status: 400,
    cause: "At least one function is invalid.",
    cure: "Mend the function that the message names and sync again.",
  },
  combo_unsupported: {
    status: 400,
    cause: "A function combines two options that exclude each other.",
    cure: "Remove one of the two that the message names and sync again.",
  },
  option_not_built: {
    status: 400,
    cause: "A function uses an option that this version of Stepwell does not have yet.",
    cure: "Remove the option, or wait for the version that the message names.",
  },
  server_kind_mismatch: {
    status: 400,
    cause: "The app expects another kind of server.",
    cure: "Set INNGEST_DEV=1 for `stepwell dev`, INNGEST_DEV=0 for `stepwell start`.",
  },
  environment_conflict: {
    status: 400,
    cause: "The app is known at another URL and this sync comes from another environment.",
    cure: "One Stepwell is one environment: run a second one for previews, or unset INNGEST_ENV.",
  },
  app_unreachable: {
    status: 502,
    cause: "The app did not answer.",
    cure: "Check that it runs and that this server can reach its URL.",
  },
  not_an_app: {
    status: 502,
    cause: "The address answers, but not as an Inngest SDK app.",
    cure: "Check the path; it is usually /api/inngest.",
  },
  address_forbidden: {
    status: 403,
    cause: "Link-local and metadata addresses are not called.",
    cure: "Use another address, or start with --allow-link-local.",
  },
  advance_invalid: {
    status: 400,
    cause: "It is not said how far the clock is to be moved.",
    cure: 'Send {"advance": "3d"}: units w, d, h, m, s, ms, at most 366d at once.',
  },
  clock_busy: {
    status: 409,
    cause: "The clock is being moved already.",
    cure: "Wait until that is done, or stop it, then try again.",
  },
  clock_stopped: {
    status: 409,
    cause: "The clock stopped before it reached its target.",
    cure: "Advance again to go on.",
  },
  clock_moved: {
    status: 409,
    cause: "The clock of this data file was moved in `dev`, and `start` keeps real time.",
    cure: "Give `start` another --sqlite-dir.",
  },
  overloaded: {
    status: 503,
    cause: "More work waits than this server holds.",
    cure: "Send again after the time in Retry-After.",
  },
  store_unavailable: {
    status: 503,
    cause: "The store cannot write.",
    cure: "Free disk space, mend the disk or bring the database back; the server goes on by itself.",
  },
  store_locked: {
    status: 409,
    cause: "Another Stepwell has this file or database.",
    cure: "Stop it, or use another --sqlite-dir or database.",
  },
  body_invalid: {
    status: 400,
    cause: "The body is not what this call takes.",
    cure: "Send what the OpenAPI document says (`/api/stepwell/v1/openapi.json`).",
  },
  sign_in_required: {
    status: 401,
    cause: "Nobody is signed in.",
    cure: "Sign in, or send an API key as `Authorization: Bearer swk_…`.",
  },
  sign_in_failed: {
    status: 401,
    cause: "Name or password is wrong.",
    cure: "Try again, or let an admin set a new password.",
  },
  too_many_attempts: {
    status: 429,
    cause: "Too many failed sign-ins.",
    cure: "Try again after the time in Retry-After.",
  },
  https_required: {
    status: 403,
    cause: "Signing in over plain HTTP is possible on loopback only.",
    cure: "Put HTTPS before this server and start it with --trust-proxy, or use a loopback address.",
  },
  setup_needed: {
    status: 403,
    cause: "No admin exists yet.",
    cure: "Open the set-up link in the server's log, or run `stepwell user add --admin` while the server is stopped.",
  },
  setup_token_invalid: {
    status: 403,
    cause: "The set-up link is wrong, used, or older than 15 minutes.",
    cure: "Restart the server for a new one, or run `stepwell user add --admin` while it is stopped.",
  },
  setup_done: { status: 409, cause: "An admin exists already.", cure: "Sign in." },
  api_key_invalid: {
    status: 401,
    cause: "The API key is unknown, expired or revoked.",
    cure: "Make a new one under Settings, or with `stepwell key create`.",
  },
  scope_missing: {
    status: 403,
    cause: "The API key does not hold the scope of this call.",
    cure: "Use a key that holds the scope that the message names.",
  },
  role_too_low: {
    status: 403,
    cause: "Your role does not allow this.",
    cure: "Ask an admin for the role that the message names.",
  },
  csrf_missing: {
    status: 403,
    cause: "The request does not prove that it comes from the dashboard.",
    cure: "Send `x-stepwell-csrf` with the value of `GET /session`; reload the page if it did.",
  },
  actor_invalid: {
    status: 400,
    cause: "The header `x-stepwell-actor` does not say who acts.",
    cure: "Send `{id, name, role}` as JSON, URI-encoded; createDashboard does it.",
  },
  password_wrong: { status: 403, cause: "The current password is wrong.", cure: "Enter it again." },
  name_taken: { status: 409, cause: "There is a user of this name.", cure: "Choose another name." },
  last_admin: {
    status: 409,
    cause: "This is the only admin who can sign in.",
    cure: "Make another user admin first.",
  },
  own_account: {
    status: 409,
    cause: "Nobody changes their own role, disables or removes themselves.",
    cure: "Ask another admin.",
  },
  oidc_failed: {
    status: 401,
    cause: "The sign-in at the identity provider did not succeed.",
    cure: "Start again from the sign-in page.",
  },
  oidc_refused: {
    status: 403,
    cause: "The identity provider knows you, but you may not use this server.",
    cure: "Ask an admin of this server.",
  },
  oidc_unavailable: {
    status: 502,
    cause: "The identity provider cannot be used.",
    cure: "Try again later; the server's log says what it answered.",
  },
  server_unreachable: {
    status: 502,
    cause: "A mounted dashboard cannot reach its Stepwell server.",
    cure: "Check that the server runs and that `url` of createDashboard is its address.",
  },
  server_refused: {
    status: 502,
    cause: "The Stepwell server does not take the API key of a mounted dashboard.",
    cure: "Make a new key under Settings, Keys, and give it to createDashboard.",
  },
  authorize_missing: {
    status: 403,
    cause: "A dashboard is mounted without `authorize` and is not open here.",
    cure: "Give createDashboard an `authorize` function.",
  },
  internal: {
    status: 500,
    cause: "Stepwell has a bug.",
    cure: "Report it with the log line that carries this code.",
  },
} as const;

export type ErrorCode = keyof typeof errors;
