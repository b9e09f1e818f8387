/** The demo's hands: does over HTTP what a browser's forms do. */
import { z } from "zod";
import { type Http, openHttp } from "./demo-http.ts";
import { DemoFailure } from "./demo-steps.ts";

const Account = z.object({ userId: z.string(), organizationId: z.string() });
const Mail = z.object({ subject: z.string(), html: z.string(), text: z.string() });
const Mails = z.object({ messages: z.array(Mail) });
const Report = z.object({ status: z.string(), error: z.string().nullable() });
const Requested = z.object({ reportId: z.string() });
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
export type App = ReturnType<typeof openApp>;

export function openApp(appUrl: string) {
  const { ask, askJson }: Http = openHttp({
    name: "The app",
    url: appUrl,
    cure:
      "Start it in another shell and leave it running: npm start\n" +
      "  If it runs elsewhere: SAAS_URL=http://127.0.0.1:PORT STEPWELL_URL=http://127.0.0.1:PORT npm run demo",
  });
  const form = (fields: Record<string, string>) => new URLSearchParams(fields);
  return {
    url: appUrl,
    signUp: (account: { name: string; email: string; organization: string }) =>
      askJson(Account, "/api/sign-up", form(account)),
    async expectTaken(email: string): Promise<void> {
      const { status } = await ask("/api/sign-up", form({ name: "Somebody else", email }));
      if (status !== 409) throw new DemoFailure(`A second sign-up of ${email} answered ${status}, not 409`);
    },
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
    ) => (await askJson(Requested, `/api/organizations/${organizationId}/reports`, form(wanted))).reportId,
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
