/** Deletes an upload. A post of its own, because a plain form knows no DELETE. */
import { answer, isCrossSite, pathWith, refuseCrossSite } from "@/lib/http/form-post.ts";
import { memberOf } from "@/lib/session.ts";
import { services } from "@/services/index.ts";

type Params = { params: Promise<{ id: string; uploadId: string }> };

export async function POST(request: Request, { params }: Params): Promise<Response> {
  if (isCrossSite(request)) return refuseCrossSite();
  const { id, uploadId } = await params;
  const member = await memberOf(request, id);
  if (member instanceof Response) return member;
  const { user, organization } = member;
  const page = `/organizations/${organization.id}`;
  const { uploads, audit } = services();
  const removed = await uploads.remove(organization.id, uploadId);
  if (!removed) {
    const error = "This file is not there any more.";
    const backTo = `${pathWith(page, { error, card: "uploads" })}#uploads`;
    return answer(request, { is: "refused", status: 404, error, backTo });
  }
  await audit.record({ actorId: user.id, action: "upload-deleted", subject: removed.id });
  return answer(request, { is: "done", status: 200, body: { id: removed.id }, goTo: `${page}#uploads` });
}
