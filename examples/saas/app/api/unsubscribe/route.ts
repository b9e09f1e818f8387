/**
 * Turns usage mails off for the user of a signed link. The signature is the permission: there is no
 * session, and posts from other sites are welcome, because that is how mail programs do it with one
 * click (RFC 8058; `proxy.ts` brings their posts here). Those follow no redirects.
 */
import { answer, pathWith, readForm } from "@/lib/http/form-post.ts";
import { isUnsubscribeSignature } from "@/lib/unsubscribe.ts";
import { services } from "@/services/index.ts";

export async function POST(request: Request): Promise<Response> {
  const { config, users } = services();
  const query = Object.fromEntries(new URL(request.url).searchParams);
  const form = await readForm(request);
  if (form instanceof Response) return form;
  const { user = "", signature = "" } = { ...query, ...form };
  if (!isUnsubscribeSignature(user, signature, config)) {
    const error =
      "This link is not complete. Open it again from the mail, or turn usage mails off in your settings.";
    return answer(request, { is: "refused", status: 400, error, backTo: pathWith("/unsubscribe", { user }) });
  }
  await users.change(user, { emailReportsEnabled: false });
  const body = { usageMails: "off" };
  if (form["List-Unsubscribe"] === "One-Click") return Response.json(body);
  const goTo = pathWith("/unsubscribe", { user, signature });
  return answer(request, { is: "done", status: 200, body, goTo });
}
