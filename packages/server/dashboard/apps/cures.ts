/**
 * What to do when a sync does not work: one table from what the engine says to one sentence that helps. The first
 * line that fits counts; what no line knows has the cure of its code (`core/errors.ts`).
 */
import { type ErrorCode, errors, StepwellError } from "@stepwell/core";

interface Cure {
  code: ErrorCode;
  /** Of the message; absent: every message of the code. */
  says?: RegExp;
  cure: string;
}

export const cures: readonly Cure[] = [
  {
    code: "app_unreachable",
    says: /ECONNREFUSED|EADDRNOTAVAIL/,
    cure: "Nobody listens at this address: start the app, or correct the host and port.",
  },
  {
    code: "app_unreachable",
    says: /ENOTFOUND|EAI_AGAIN|no address for/,
    cure: "This server cannot find the host: correct its name, or use one that is known here (from a container, localhost is the container itself).",
  },
  {
    code: "app_unreachable",
    says: /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS/,
    cure: "The app's TLS certificate is not trusted: renew it, or give its authority to this server with NODE_EXTRA_CA_CERTS.",
  },
  {
    code: "app_unreachable",
    says: /EPROTO|WRONG_VERSION|HPE_|HTTPParserError/i,
    cure: "The other side speaks another protocol: check http against https, and the port.",
  },
  {
    code: "app_unreachable",
    says: /CONNECT_TIMEOUT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/,
    cure: "No connection comes about: check the host and port, and that no firewall stands between this server and the app.",
  },
  {
    code: "app_unreachable",
    says: /no complete answer within/,
    cure: "The app took too long to answer: see whether it hangs or still starts, then sync again.",
  },
  {
    code: "app_unreachable",
    says: /redirects/,
    cure: "The address leads in a circle: use the final one, often https, or with or without a slash at the end.",
  },
  {
    code: "app_unreachable",
    says: /response is larger than/,
    cure: "What answers is too large for a sync: check that the path is where the code calls serve().",
  },
  {
    code: "app_unreachable",
    says: /ECONNRESET|UND_ERR_SOCKET|EPIPE|other side closed/,
    cure: "The app closed the connection: see its log for a crash, then sync again.",
  },
  {
    code: "app_unreachable",
    says: /refused the sync: .*(?:HTTP 40[13]\b|signature|signing key)/i,
    cure: "The app does not trust this server: give it the same INNGEST_SIGNING_KEY as `stepwell start` has, or INNGEST_DEV=1 for `stepwell dev`.",
  },
  {
    code: "app_unreachable",
    says: /refused the sync: .*body/i,
    cure: "The SDK got no body: put a JSON body parser before serve(), such as express.json().",
  },
  {
    code: "app_unreachable",
    says: /refused the sync/,
    cure: "The SDK in the app failed: its log says why. Mend that, then sync again.",
  },
  {
    code: "not_an_app",
    says: /answers HTTP 404/,
    cure: "Nothing is at this path: use the one where the code calls serve(), which is usually /api/inngest.",
  },
  {
    code: "not_an_app",
    says: /answers HTTP 405/,
    cure: "The path does not take PUT: export GET, POST and PUT from the route (in Next.js: `export const { GET, POST, PUT } = serve(…)`).",
  },
  {
    code: "not_an_app",
    says: /answers HTTP 40[137]/,
    cure: "Something before the app asks for a sign-in: let this server through to the path, for instance in the middleware or the deployment protection.",
  },
  {
    code: "not_an_app",
    says: /answers HTTP 5\d\d/,
    cure: "The app, or a proxy before it, fails: see its log, then sync again.",
  },
  {
    code: "not_an_app",
    says: /answers HTTP 2\d\d/,
    cure: "Something else answers here: check the port, and that the path is where the code calls serve(), usually /api/inngest.",
  },
  {
    code: "not_an_app",
    says: /not JSON/,
    cure: "A proxy may change the answer, or the SDK is very old: update the package `inngest` to version 3 or 4.",
  },
  {
    code: "unauthorized",
    cure: "Give the app the same signing key as this server, as INNGEST_SIGNING_KEY, and start it again.",
  },
  {
    code: "server_kind_mismatch",
    says: /this is a "dev" server/,
    cure: "Start the app with INNGEST_DEV=1, so that it talks to a dev server.",
  },
  {
    code: "server_kind_mismatch",
    cure: "Start the app with INNGEST_DEV=0 and its keys, so that it talks to `stepwell start`.",
  },
  {
    code: "address_forbidden",
    says: /only http and https/,
    cure: "The address leads to something that is neither http nor https: use the app's own address.",
  },
  {
    code: "address_forbidden",
    cure: "Use another address of the app, or start this server with --allow-link-local.",
  },
  {
    code: "sync_refused",
    says: /cannot be read/,
    cure: "The SDK may be too old or too new for this server: update the package `inngest` to version 3 or 4, and Stepwell.",
  },
  {
    code: "sync_refused",
    says: /not an http or https URL/,
    cure: "The app does not know its own address: set INNGEST_SERVE_ORIGIN (or `serveHost` in serve()).",
  },
];

/** What helps against an error of this code. */
export function cureFor(code: ErrorCode, message: string): string {
  const known = cures.find((one) => one.code === code && (one.says === undefined || one.says.test(message)));
  return known?.cure ?? errors[code].cure;
}

/** The same error for who asked for the sync, with the cure in its words. */
export function withCure(error: StepwellError): StepwellError {
  const cure = cureFor(error.code, error.message);
  if (error.message.includes(cure)) return error;
  const message = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`;
  return new StepwellError(error.code, `${message} ${cure}`, { cause: error });
}

/** What an app's row holds of its last sync (`engine/sync-trouble.ts`), with the cure. */
export function troubleOf(error: string | null): { message: string; cure: string } | null {
  if (error === null) return null;
  const [, code = "", message = ""] = /^([a-z_]+): ([\s\S]*)$/.exec(error) ?? [];
  if (!isCode(code)) return { message: error, cure: "Sync the app again; its log may say more." };
  return { message, cure: cureFor(code, message) };
}

function isCode(text: string): text is ErrorCode {
  return Object.hasOwn(errors, text);
}
