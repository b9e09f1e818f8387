/** The server finds the functions here (PUT, GET) and calls them (POST). */
import { serve } from "inngest/next";
import { inngest } from "@/lib/inngest/client.ts";
import { functions } from "@/lib/inngest/functions.ts";

export const { GET, POST, PUT } = serve({ client: inngest, functions });
