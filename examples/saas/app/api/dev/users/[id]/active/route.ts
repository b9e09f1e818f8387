/** Notes that the user was here, at a time that only who moved the server's clock knows. Development only. */
import { type DevRequest, readDevPost } from "@/lib/http/dev-post.ts";
import { services } from "@/services/index.ts";

export async function POST(request: Request, about: DevRequest): Promise<Response> {
  const post = await readDevPost(request, about);
  if (post instanceof Response) return post;
  await services().users.markActive(post.user.id, post.at);
  return Response.json({ userId: post.user.id, lastActiveAt: post.at });
}
