/** Leaves work for the daily clean-up, and says what of it is still there. Development only. */
import { type DevRequest, findDevUser, readDevPost } from "@/lib/http/dev-post.ts";
import { services } from "@/services/index.ts";

export async function POST(request: Request, about: DevRequest): Promise<Response> {
  const post = await readDevPost(request, about);
  if (post instanceof Response) return post;
  const { leftovers } = services();
  await leftovers.leave(post.user, post.at);
  return Response.json(await leftovers.look(post.user.id), { status: 201 });
}

export async function GET(_request: Request, about: DevRequest): Promise<Response> {
  const user = await findDevUser(about);
  if (user instanceof Response) return user;
  return Response.json(await services().leftovers.look(user.id));
}
