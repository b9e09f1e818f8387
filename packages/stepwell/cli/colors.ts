/**
 * Colours only where a person looks: on a terminal, or when FORCE_COLOR asks for them; NO_COLOR wins.
 * The library's own guess also colours everything where `CI` is set, which would break what is piped.
 */
import pc from "picocolors";

const { env, stdout, stderr } = process;
const wanted =
  (env.NO_COLOR ?? "") === "" && ((env.FORCE_COLOR ?? "") !== "" || (stdout.isTTY && stderr.isTTY));

export const colors: ReturnType<typeof pc.createColors> = pc.createColors(wanted);
