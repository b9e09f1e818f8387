/** The mailbox as JSON, newest first; `?to=` keeps one recipient's mails. Development only. */
import { services } from "@/services/index.ts";

export async function GET(request: Request): Promise<Response> {
  const { config, mailbox } = services();
  if (!config.mailboxShown) return Response.json({ error: "The mailbox is off" }, { status: 404 });
  const to = new URL(request.url).searchParams.get("to");
  return Response.json({ messages: await mailbox.list(to ? { to } : {}) });
}
