/** Signs in and goes on to `next`. A wrong password and an unknown address get the same answer. */
import { answer, isCrossSite, pathWith, readForm, refuseCrossSite } from "@/lib/http/form-post.ts";
import { sameSitePath } from "@/lib/http/same-site-path.ts";
import { signIn } from "@/lib/sign-in.ts";
import { sayTooOften } from "@/lib/try-limit.ts";

export async function POST(request: Request): Promise<Response> {
  if (isCrossSite(request)) return refuseCrossSite();
  const form = await readForm(request);
  if (form instanceof Response) return form;
  const { email = "", password = "", next } = form;
  const goTo = sameSitePath(next, "/");
  const refuse = (status: 401 | 429, error: string) => {
    const backTo = pathWith("/sign-in", { error, email, next: goTo });
    return answer(request, { is: "refused", status, error, backTo });
  };
  const result = await signIn(request, { email, password });
  if (result.is === "wrong") return refuse(401, "The e-mail address or the password is wrong.");
  if (result.is === "too-often") return refuse(429, sayTooOften(result.waitSeconds));
  const { userId, cookies } = result;
  return answer(request, { is: "done", status: 200, body: { userId }, goTo, cookies });
}
