/** Files of the organization: added, fetched and deleted by everybody in it. */
import { Card } from "@/components/card.tsx";
import { SubmitButton } from "@/components/field.tsx";
import { FileField } from "@/components/file-field.tsx";
import { textLink } from "@/components/links.ts";
import { CutRows, NoRows, Row, Rows, RowText } from "@/components/rows.tsx";
import { sayBytes } from "@/lib/bytes.ts";
import { sayDay, toDay } from "@/lib/days.ts";
import { sayInstant } from "@/lib/instants.ts";
import { services } from "@/services/index.ts";
import { MAX_UPLOAD_BYTES, type Upload } from "@/services/upload-service.ts";
import { CardNotice, type Query } from "./card-notice.tsx";

type Props = { organizationId: string; uploads: Upload[]; query: Query };

export function UploadCard({ organizationId, uploads, query }: Props) {
  const moreUrl = `/organizations/${organizationId}?more=uploads#uploads`;
  return (
    <Card id="uploads" title="Uploads">
      <CardNotice card="uploads" query={query} />
      <UploadForm organizationId={organizationId} />
      <div className="mt-6 border-t border-slate-200 pt-6 dark:border-slate-800">
        {uploads.length === 0 ? (
          <NoRows>No files yet.</NoRows>
        ) : (
          <CutRows rows={uploads} more={query.more === "uploads"} moreUrl={moreUrl}>
            {(shown) => (
              <Rows>
                {shown.map((upload) => (
                  <UploadItem key={upload.id} upload={upload} />
                ))}
              </Rows>
            )}
          </CutRows>
        )}
      </div>
    </Card>
  );
}

function UploadForm({ organizationId }: { organizationId: string }) {
  return (
    <form
      action={`/api/organizations/${organizationId}/uploads`}
      method="post"
      encType="multipart/form-data"
      className="grid items-start gap-5 sm:grid-cols-[1fr_auto]"
    >
      <FileField label="File" name="file" hint={`At most ${sayBytes(MAX_UPLOAD_BYTES)}.`} />
      {/* As far down as the field is below its label. */}
      <div className="sm:mt-6.5">
        <SubmitButton>Upload</SubmitButton>
      </div>
    </form>
  );
}

function UploadItem({ upload }: { upload: Upload }) {
  const { id, organizationId, fileName, sizeBytes, createdAt } = upload;
  return (
    <Row data-testid="upload">
      <RowText
        title={
          <a href={services().uploads.downloadUrl(upload)} className={textLink}>
            {fileName}
          </a>
        }
      >
        {sayBytes(sizeBytes)} ·{" "}
        <time dateTime={createdAt.toISOString()} title={sayInstant(createdAt)}>
          {sayDay(toDay(createdAt))}
        </time>
      </RowText>
      <form action={`/api/organizations/${organizationId}/uploads/${id}/delete`} method="post">
        <button type="submit" className={deleteButton}>
          Delete<span className="sr-only"> {fileName}</span>
        </button>
      </form>
    </Row>
  );
}

const deleteButton =
  "h-9 rounded-lg border border-slate-400 px-3 text-sm font-medium hover:bg-slate-100 dark:border-slate-600 dark:hover:bg-slate-800";
