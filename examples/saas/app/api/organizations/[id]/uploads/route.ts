/** Keeps a file that a member sends. */
import { answer, isCrossSite, pathWith, refuseCrossSite } from "@/lib/http/form-post.ts";
import { readUpload } from "@/lib/http/read-upload.ts";
import { memberOf } from "@/lib/session.ts";
import { services } from "@/services/index.ts";
import { MAX_UPLOAD_BYTES } from "@/services/upload-service.ts";

type Params = { params: Promise<{ id: string }> };

export async function POST(request: Request, { params }: Params): Promise<Response> {
  if (isCrossSite(request)) return refuseCrossSite();
  const member = await memberOf(request, (await params).id);
  if (member instanceof Response) return member;
  const { user, organization } = member;
  const page = `/organizations/${organization.id}`;
  const read = await readUpload(request, MAX_UPLOAD_BYTES);
  if (read.is === "refused") {
    const backTo = `${pathWith(page, { error: read.error, card: "uploads" })}#uploads`;
    return answer(request, { ...read, backTo });
  }
  const { uploads, audit } = services();
  const { fileName, bytes } = read;
  const upload = await uploads.keep({ organizationId: organization.id, fileName, bytes, at: new Date() });
  await audit.record({ actorId: user.id, action: "upload-added", subject: upload.id });
  const body = { id: upload.id, fileName: upload.fileName, url: uploads.downloadUrl(upload) };
  return answer(request, { is: "done", status: 201, body, goTo: `${page}#uploads` });
}
