/** The demo's hands: finds the running app, and does over HTTP what a browser's forms do. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { DemoFailure } from "./demo-steps.ts";

export type Place = { appUrl: string; serverUrl?: string | undefined };

const Place = z.object({ appUrl: z.url(), serverUrl: z.url().optional() });
const Account = z.object({ userId: z.string(), organizationId: z.string() });
const Mail = z.object({ subject: z.string(), html: z.string(), text: z.string() });
const Mails = z.object({ messages: z.array(Mail) });
const Report = z.object({ status: z.string(), error: z.string().nullable() });
const Requested = z.object({ reportId: z.string() });

export type Mail = z.infer<typeof Mail>;

/** SAAS_URL, else what the repository's `npm start` wrote, else the usual address. */
export function findApp(): Place {
  if (process.env.SAAS_URL) return { appUrl: process.env.SAAS_URL.replace(/\/+$/, "") };
  const written = new URL("../../../.stepwell/demo.json", import.meta.url);
  try {
    return Place.parse(JSON.parse(readFileSync(written, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { appUrl: "http://127.0.0.1:3000" };
    throw new DemoFailure(`${written.pathname} is damaged. Stop and start again: npm start`);
  }
}

export function openApp({ appUrl }: Place) {
  async function ask(path: string, form?: Record<string, string>): Promise<Response> {
    const body = form ? { method: "POST", body: new URLSearchParams(form) } : {};
    const headers = { Accept: "application/json" };
    const signal = AbortSignal.timeout(30_000);
    try {
      return await fetch(new URL(path, appUrl), { ...body, headers, signal });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw new DemoFailure(
        `The app does not answer at ${appUrl} (${String((cause as Error).message || cause)}).\n` +
          "  Start it in another shell and leave it running: npm start\n" +
          "  If it runs elsewhere: SAAS_URL=http://127.0.0.1:PORT npm run demo",
      );
    }
  }
  async function askJson<T>(shape: z.ZodType<T>, path: string, form?: Record<string, string>) {
    const response = await ask(path, form);
    const text = await response.text();
    const said = response.ok ? shape.safeParse(parse(text)) : undefined;
    if (said?.success) return said.data;
    throw new DemoFailure(`${form ? "POST" : "GET"} ${path} answered ${response.status}: ${sayError(text)}`);
  }
  return {
    signUp: (account: { name: string; email: string; organization: string }) =>
      askJson(Account, "/api/sign-up", account),
    async expectTaken(email: string): Promise<void> {
      const { status } = await ask("/api/sign-up", { name: "Somebody else", email });
      if (status !== 409) throw new DemoFailure(`A second sign-up of ${email} answered ${status}, not 409`);
    },
    mails: async (to: string) =>
      (await askJson(Mails, `/api/dev/mailbox?${new URLSearchParams({ to })}`)).messages,
    requestReport: async (organizationId: string, form: { reportType: string; start: string; end: string }) =>
      (await askJson(Requested, `/api/organizations/${organizationId}/reports`, form)).reportId,
    report: (id: string) => askJson(Report, `/api/reports/${id}`),
    fetchStatus: async (url: string) => (await ask(url)).status,
    async download(url: string): Promise<Uint8Array> {
      const response = await ask(url);
      const bytes = new Uint8Array(await response.arrayBuffer());
      const isPdf = new TextDecoder().decode(bytes.subarray(0, 5)) === "%PDF-";
      if (response.ok && isPdf) return bytes;
      throw new DemoFailure(`${url} answered ${response.status} and no PDF`);
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sayError(text: string): string {
  const body = parse(text);
  if (typeof body === "object" && body !== null && "error" in body) return String(body.error);
  return text.slice(0, 200);
}
