/** The demo's hands: does over HTTP what the forms and links of one person's browser do. */
import { z } from "zod";
import { type Http, openHttp } from "./demo-http.ts";
import { DemoFailure } from "./demo-steps.ts";

const Account = z.object({ userId: z.string(), organizationId: z.string() });
const SignedIn = z.object({ userId: z.string() });
const Mail = z.object({ id: z.string(), subject: z.string(), html: z.string(), text: z.string() });
const Mails = z.object({ messages: z.array(Mail) });
const Report = z.object({ status: z.string(), error: z.string().nullable() });
const Requested = z.object({ reportId: z.string() });
const Subscribed = z.object({ subscriptionId: z.string(), plan: z.string(), changed: z.boolean() });
const Unsubscribed = z.object({ usageMails: z.literal("off") });
const Uploaded = z.object({ id: z.string() });
const Started = z.object({ success: z.literal(true), jobId: z.string() });
const Active = z.object({ lastActiveAt: z.string() });
const Leftovers = z.object({
  endedSession: z.boolean(),
  openSession: z.boolean(),
  oldAuditLog: z.boolean(),
  newAuditLog: z.boolean(),
  fileWithoutRow: z.boolean(),
  rowWithoutFile: z.boolean(),
  wholeUpload: z.boolean(),
});

export type Account = z.infer<typeof Account>;
export type Mail = z.infer<typeof Mail>;
export type Leftovers = z.infer<typeof Leftovers>;
export type NewAccount = { name: string; email: string; password: string; organization: string };
export type App = ReturnType<typeof openApp>;

/** Opened once a person: who signs up or in stays signed in. */
export function openApp(appUrl: string) {
  const { ask, askJson, cookies }: Http = openHttp({
    name: "The app",
    url: appUrl,
    cure:
      "Start it in another shell and leave it running: npm start\n" +
      "  If it runs elsewhere: SAAS_URL=http://127.0.0.1:PORT STEPWELL_URL=http://127.0.0.1:PORT npm run demo",
  });
  const form = (fields: Record<string, string>) => new URLSearchParams(fields);
  const organization = (id: string) => `/api/organizations/${id}`;
  return {
    url: appUrl,
    cookies,
    signUp: (account: NewAccount) => askJson(Account, "/api/sign-up", form(account)),
    /** Undefined where the app does not know address and password. */
    async signIn(email: string, password: string): Promise<{ userId: string } | undefined> {
      const response = await ask("/api/sign-in", form({ email, password }));
      if (response.status === 401) return undefined;
      if (response.ok) return SignedIn.parse(await response.json());
      throw new DemoFailure(`Signing in answered ${response.status}: ${await response.text()}`);
    },
    subscribe: (organizationId: string, plan: string) =>
      askJson(Subscribed, `${organization(organizationId)}/subscription`, form({ plan })),
    upload(organizationId: string, fileName: string, text: string) {
      const body = new FormData();
      body.set("file", new File([text], fileName));
      return askJson(Uploaded, `${organization(organizationId)}/uploads`, body);
    },
    /** The button of the page that a mail's link leads to. */
    unsubscribe: (link: string) => askJson(Unsubscribed, "/api/unsubscribe", new URL(link).searchParams),
    startJob: (jobId: string) => askJson(Started, triggerPath(jobId), form({})),
    statusOfStart: async (jobId: string) => (await ask(triggerPath(jobId), form({}))).status,
    mails: async (to: string) =>
      (await askJson(Mails, `/api/dev/mailbox?${new URLSearchParams({ to })}`)).messages,
    markActive: (userId: string, at: string) =>
      askJson(Active, `/api/dev/users/${userId}/active`, form({ at })),
    leaveLeftovers: (userId: string, at: string) =>
      askJson(Leftovers, `/api/dev/users/${userId}/leftovers`, form({ at })),
    leftovers: (userId: string) => askJson(Leftovers, `/api/dev/users/${userId}/leftovers`),
    requestReport: async (
      organizationId: string,
      wanted: { reportType: string; start: string; end: string },
    ) => (await askJson(Requested, `${organization(organizationId)}/reports`, form(wanted))).reportId,
    report: (id: string) => askJson(Report, `/api/reports/${id}`),
    status: async (path: string, fields?: Record<string, string>) =>
      (await ask(path, fields && form(fields))).status,
    async page(path: string): Promise<string> {
      const response = await ask(path);
      if (response.ok) return response.text();
      throw new DemoFailure(`${new URL(path, appUrl)} answered ${response.status} and no page`);
    },
    async download(url: string): Promise<Uint8Array> {
      const response = await ask(url);
      const bytes = new Uint8Array(await response.arrayBuffer());
      const isPdf = new TextDecoder().decode(bytes.subarray(0, 5)) === "%PDF-";
      if (response.ok && isPdf) return bytes;
      throw new DemoFailure(`${url} answered ${response.status} and no PDF`);
    },
  };
}

function triggerPath(jobId: string): string {
  return `/api/admin/jobs/${jobId}/trigger`;
}
