/** What the development-only routes about a user share: are they on, whom, and when? */
import { z } from "zod";
import { services } from "@/services/index.ts";
import type { User } from "@/services/user-service.ts";
import { isCrossSite, readForm, refuseCrossSite } from "./form-post.ts";

export type DevRequest = { params: Promise<{ id: string }> };

const Moment = z.object({ at: z.iso.datetime({ offset: true }).transform((text) => new Date(text)) });

/** The user of the address, or the refusal to send. */
export async function findDevUser({ params }: DevRequest): Promise<User | Response> {
  if (!services().config.mailboxShown) return refuse(404, "This route is for development, and off here");
  const { id } = await params;
  return (await services().users.find(id)) ?? refuse(404, `There is no user "${id}"`);
}

/** Also the form's `at`: the app cannot know by itself how far the server's clock was moved. */
export async function readDevPost(
  request: Request,
  about: DevRequest,
): Promise<{ user: User; at: Date } | Response> {
  if (isCrossSite(request)) return refuseCrossSite();
  const user = await findDevUser(about);
  if (user instanceof Response) return user;
  const fields = await readForm(request);
  if (fields instanceof Response) return fields;
  const form = Moment.safeParse(fields);
  if (!form.success) return refuse(400, 'at: must be an instant such as "2026-03-31T12:00:00Z"');
  return { user, at: form.data.at };
}

function refuse(status: 400 | 404, error: string): Response {
  return Response.json({ error }, { status });
}
