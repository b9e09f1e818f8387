/** Variables of this shell that surprise: they speak to SDK apps, or to nobody. */
import { closestMatch } from "leven";
import { type Check, note, warning, withoutLogin } from "./check.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The first of these that is set names an app's environment (wire.md §3.6). */
const environmentNames = [
  "INNGEST_ENV",
  "BRANCH_NAME",
  "VERCEL_GIT_COMMIT_REF",
  "BRANCH",
  "CF_PAGES_BRANCH",
  "RENDER_GIT_BRANCH",
  "RAILWAY_GIT_BRANCH",
];
const addressNames = ["INNGEST_BASE_URL", "INNGEST_API_BASE_URL", "INNGEST_EVENT_API_BASE_URL"];

/**
 * @param known every variable of ours that some command reads
 * @param serverUrl where the server answers or will
 */
export function checkEnvironment(
  env: Environment,
  mode: "dev" | "start",
  known: readonly string[],
  serverUrl: string,
): Check[] {
  const set = (name: string): boolean => (env[name] ?? "").trim() !== "";
  return [
    ...strangers(env, known),
    ...devVariable(env.INNGEST_DEV?.trim() ?? "", mode, serverUrl),
    ...addressNames
      .filter(set)
      .map((name) => note("env", `${name}=${withoutLogin(env[name] ?? "")} sends apps of this shell there`)),
    ...environmentNames
      .filter(set)
      .slice(0, 1)
      .map((name) =>
        note("env", `${name}=${env[name]} makes apps of this shell sync as the environment "${env[name]}"`),
      ),
    ...(env.NODE_TLS_REJECT_UNAUTHORIZED === "0"
      ? [
          warning(
            "env",
            "NODE_TLS_REJECT_UNAUTHORIZED=0: certificates of apps are not checked",
            "Unset it; give a private authority with NODE_EXTRA_CA_CERTS instead.",
          ),
        ]
      : []),
  ];
}

/** A misspelt variable changes nothing, silently. */
function strangers(env: Environment, known: readonly string[]): Check[] {
  return Object.keys(env)
    .filter((name) => name.startsWith("STEPWELL_") && !known.includes(name))
    .map((name) => {
      const match = closestMatch(name, known, { maxDistance: 4 });
      const cure = match === undefined ? "Unset it." : `Did you mean ${match}?`;
      return warning("env", `${name} is set, and nothing reads it`, cure);
    });
}

function devVariable(value: string, mode: "dev" | "start", serverUrl: string): Check[] {
  if (value === "") return [];
  const isOff = ["0", "false"].includes(value.toLowerCase());
  if (mode === "start")
    return isOff
      ? []
      : [
          warning(
            "env",
            `INNGEST_DEV=${withoutLogin(value)}: apps of this shell are in dev mode and do not sign`,
            "Start them with INNGEST_DEV=0.",
          ),
        ];
  if (isOff)
    return [
      warning(
        "env",
        `INNGEST_DEV=${value}: apps of this shell are in cloud mode and trust no dev server`,
        `Start them with INNGEST_DEV=${serverUrl}`,
      ),
    ];
  const target = URL.canParse(value) ? new URL(value) : new URL("http://localhost:8288");
  if (target.port === new URL(serverUrl).port) return [];
  return [
    warning(
      "env",
      `INNGEST_DEV=${withoutLogin(value)}: apps of this shell talk to port ${target.port || "80"}, and this server is at ${serverUrl}`,
      `Start them with INNGEST_DEV=${serverUrl}`,
    ),
  ];
}
