/** How far a report is, with a fresh download link once it is ready: for those who may see its organization. */
import { isMember, userOf } from "@/lib/session.ts";
import { services } from "@/services/index.ts";

type Params = { params: Promise<{ id: string }> };

export async function GET(request: Request, { params }: Params): Promise<Response> {
  const user = await userOf(request);
  if (!user) return Response.json({ error: "Sign in first" }, { status: 401 });
  const { reports } = services();
  const report = await reports.find((await params).id);
  if (!report || !isMember(user, report.organizationId))
    return Response.json({ error: "There is no such report" }, { status: 404 });
  const { id, status, error } = report;
  return Response.json({ id, status, error, pdfUrl: reports.downloadUrl(report) ?? null });
}
