/** The pages of runs, in every state (check-pages.ts). */
import { checkPages } from "./check-pages.ts";

checkPages((name) => name.startsWith("run"));
