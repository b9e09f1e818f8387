/** How far a report is, with a fresh download link once it is ready. */
import { services } from "@/services/index.ts";

type Params = { params: Promise<{ id: string }> };

export async function GET(_request: Request, { params }: Params): Promise<Response> {
  const { reports } = services();
  const report = reports.find((await params).id);
  if (!report) return Response.json({ error: "There is no such report" }, { status: 404 });
  const { id, status, error } = report;
  return Response.json({ id, status, error, pdfUrl: reports.downloadUrl(report) ?? null });
}
