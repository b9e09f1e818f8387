import { Inngest } from "inngest";
import { followServerClock } from "@/lib/clock.ts";

/** The address of the server and the keys come from INNGEST_* variables: see `.env.example`. */
export const inngest = new Inngest({ id: "saas", middleware: [followServerClock] });
