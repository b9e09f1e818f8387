/** Notes that the user was here, until there are sign-in and sessions to see it by. Development only. */
import { type DevRequest, readDevPost } from "@/lib/http/dev-post.ts";
import { services } from "@/services/index.ts";

export async function POST(request: Request, about: DevRequest): Promise<Response> {
  const post = await readDevPost(request, about);
  if (post instanceof Response) return post;
  services().users.markActive(post.user.id, post.at);
  return Response.json({ userId: post.user.id, lastActiveAt: post.at });
}
