/** All pages but those of runs (check-pages.ts). */
import { checkPages } from "./check-pages.ts";

checkPages((name) => !name.startsWith("run"));
