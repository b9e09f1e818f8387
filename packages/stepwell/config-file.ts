/**
 * `stepwell.config.ts`, `.js` or `.json`: found from the working directory upward, loaded by Node itself
 * (it strips the types), and checked against the one schema of all settings.
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { configKeys, configProblems, type StepwellConfig } from "@stepwell/server";
import { closestMatch } from "leven";

const NAMES = ["stepwell.config.ts", "stepwell.config.js", "stepwell.config.json"] as const;

/** A config file that cannot be used; the message names it, what is wrong, and what to do. */
export class ConfigFileError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ConfigFileError";
  }
}

export interface ConfigFile {
  /** Absolute path. */
  file: string;
  config: StepwellConfig;
}

/**
 * The config file that holds for a folder; null: there is none.
 * @param given a path instead of the search, relative to `from`
 * @param alsoKnownAs other spellings that people may use, such as a flag's name, and the key that they mean
 * @throws ConfigFileError
 */
export async function readConfigFile(
  from: string,
  given: string | undefined,
  alsoKnownAs: Readonly<Record<string, string>> = {},
): Promise<ConfigFile | null> {
  const file = given === undefined ? findConfigFile(from) : resolve(from, given);
  if (file === null) return null;
  if (!existsSync(file)) throw new ConfigFileError(`there is no config file ${file}`);
  const content = await load(file);
  const problems = configProblems(content);
  if (problems.length > 0) {
    const lines = problems.map(({ key, message, unknown }) =>
      key === null
        ? `  ${message}`
        : `  ${key}: ${message}${unknown === true ? nearest(key, alsoKnownAs) : ""}`,
    );
    throw new ConfigFileError(`${file} cannot be used:\n${lines.join("\n")}`);
  }
  const config = content as StepwellConfig;
  // A folder is meant from where it is written, wherever the command runs.
  return {
    file,
    config: config.dir === undefined ? config : { ...config, dir: resolve(dirname(file), config.dir) },
  };
}

/** The nearest one from a folder upward. @throws ConfigFileError when a folder has two */
function findConfigFile(from: string): string | null {
  for (let dir = resolve(from); ; dir = dirname(dir)) {
    const found = NAMES.filter((name) => existsSync(join(dir, name)));
    if (found.length > 1) throw new ConfigFileError(`${dir} has ${found.join(" and ")}: keep one of them`);
    if (found[0] !== undefined) return join(dir, found[0]);
    if (dir === dirname(dir)) return null;
  }
}

async function load(file: string): Promise<unknown> {
  if (extname(file) === ".json") return loadJson(file);
  let module: { default?: unknown };
  try {
    module = (await withoutHint(() => import(pathToFileURL(file).href))) as { default?: unknown };
  } catch (error) {
    throw new ConfigFileError(`${file} cannot be loaded: ${causeText(error, file)}`, { cause: error });
  }
  if (module.default === undefined)
    throw new ConfigFileError(
      `${file} exports nothing by default: write \`export default { port: 9000 }\`, or with types ` +
        '`import { defineConfig } from "stepwell"; export default defineConfig({ port: 9000 })`',
    );
  return module.default;
}

function loadJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The parser quotes what it read, which may be a key.
    const where = /at position \d+(?: \(line \d+ column \d+\))?/.exec(message)?.[0];
    const why =
      error instanceof SyntaxError ? `it is not JSON${where === undefined ? "" : ` ${where}`}` : message;
    throw new ConfigFileError(`${file} cannot be loaded: ${why}`, { cause: error });
  }
}

/** Node remarks on modules in a package without `"type"`; that is not this program's matter. */
async function withoutHint<T>(work: () => Promise<T>): Promise<T> {
  const emit = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    const isHint = JSON.stringify(rest).includes("MODULE_TYPELESS_PACKAGE_JSON");
    if (!isHint) (emit as (...args: unknown[]) => void).call(process, warning, ...rest);
  }) as typeof process.emitWarning;
  try {
    return await work();
  } finally {
    process.emitWarning = emit;
  }
}

/** The error's text, and its line if the file is in its stack. */
function causeText(error: unknown, file: string): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? "";
  const at = stack.indexOf(basename(file));
  const line = at < 0 ? undefined : /^:(\d+)/.exec(stack.slice(at + basename(file).length))?.[1];
  const text = error.message.replace(pathToFileURL(file).href, basename(file));
  const where = line === undefined ? "" : ` (line ${line})`;
  const { code } = error as { code?: unknown };
  const cure =
    code === "ERR_MODULE_NOT_FOUND" && /'stepwell'/.test(text)
      ? ". Run `npm install stepwell` in this project, or export a plain object"
      : "";
  return `${error.name}: ${text.trim()}${where}${cure}`;
}

function nearest(key: string, alsoKnownAs: Readonly<Record<string, string>>): string {
  const meant = new Map([
    ...Object.entries(alsoKnownAs).map(([name, to]): [string, string] => [name.toLowerCase(), to]),
    ...configKeys.map((name): [string, string] => [name.toLowerCase(), name]),
  ]);
  const maxDistance = Math.max(2, Math.floor(key.length / 3));
  const match = closestMatch(key.toLowerCase(), [...meant.keys()], { maxDistance });
  const name = match === undefined ? undefined : meant.get(match);
  return name === undefined ? `; there are: ${configKeys.join(", ")}` : `; did you mean "${name}"?`;
}
