/** Ends the session: its row goes, and the cookie with it. */
import { answer, isCrossSite, refuseCrossSite } from "@/lib/http/form-post.ts";
import { services } from "@/services/index.ts";

export async function POST(request: Request): Promise<Response> {
  if (isCrossSite(request)) return refuseCrossSite();
  const sent = { headers: request.headers, returnHeaders: true } as const;
  const { headers } = await services().auth.api.signOut(sent);
  const cookies = headers.getSetCookie();
  return answer(request, { is: "done", status: 200, body: { signedOut: true }, goTo: "/", cookies });
}
