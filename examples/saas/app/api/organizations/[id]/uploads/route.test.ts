import { beforeAll, describe, expect, it } from "vitest";
import { GET } from "@/app/files/[...path]/route.ts";
import { appAdminId } from "@/lib/fixtures/app-admin.ts";
import { formRequest, fromBrowser, fromElsewhere, queryOf } from "@/lib/fixtures/form-request.ts";
import { sessionCookie } from "@/lib/fixtures/session-cookie.ts";
import { services } from "@/services/index.ts";
import { MAX_UPLOAD_BYTES } from "@/services/upload-service.ts";
import { POST as deleteUpload } from "./[uploadId]/delete/route.ts";
import { POST } from "./route.ts";

beforeAll(() => services().ready());

const NORTHWIND = "org_northwind";
const listed = async (organizationId = NORTHWIND) => services().uploads.list(organizationId, 100);
const stored = async () => (await services().storage.list("uploads")).length;

type Posted = { as?: string; organization?: string; headers?: Record<string, string> };

async function post(body: BodyInit, { as, organization = NORTHWIND, headers = {} }: Posted) {
  const all = new Headers({ host: "127.0.0.1:3000", ...headers });
  if (as) all.set("cookie", await sessionCookie(as));
  const request = new Request("http://127.0.0.1:3000/", { method: "POST", body, headers: all });
  return POST(request, { params: Promise.resolve({ id: organization }) });
}

function formOf(file: File): FormData {
  const form = new FormData();
  form.append("file", file);
  return form;
}
const notes = () => formOf(new File(["hello"], "Notes.txt", { type: "text/html" }));

async function fetchFile(link: string) {
  const path = new URL(link).pathname.split("/").slice(2);
  return GET(new Request(link), { params: Promise.resolve({ path }) });
}

describe("uploading", () => {
  it.each([
    ["a member", "usr_ben"],
    ["the organization's admin", "usr_ada"],
  ])("is for %s", async (_who, userId) => {
    const response = await post(notes(), { as: userId });
    expect(response.status).toBe(201);
    const { id, fileName, url } = (await response.json()) as Record<"id" | "fileName" | "url", string>;
    expect(fileName).toBe("Notes.txt");
    expect((await listed()).map((upload) => upload.id)).toContain(id);
    expect(await (await fetchFile(url)).text()).toBe("hello");
    const [entry] = (await services().audit.list(100)).filter(({ subject }) => subject === id);
    expect(entry).toMatchObject({ actorId: userId, action: "upload-added" });
  });

  it("is for the app's admin, in every organization that there is", async () => {
    const as = await appAdminId();
    expect((await post(notes(), { as, organization: "org_halyard" })).status).toBe(201);
    expect(await listed("org_halyard")).toHaveLength(1);
    expect((await post(notes(), { as, organization: "org_nobody" })).status).toBe(404);
  });

  it("brings a browser back to the list", async () => {
    const response = await post(notes(), { as: "usr_ben", headers: fromBrowser });
    expect([response.status, response.headers.get("location")]).toEqual([
      303,
      "/organizations/org_northwind#uploads",
    ]);
  });

  it("takes a file of exactly the limit", async () => {
    const largest = formOf(new File([new Uint8Array(MAX_UPLOAD_BYTES)], "large.bin"));
    expect((await post(largest, { as: "usr_ben" })).status).toBe(201);
  });

  const tooLarge = () => formOf(new File([new Uint8Array(MAX_UPLOAD_BYTES + 1)], "large.bin"));
  it.each([
    ["for whoever is not signed in", notes, {}, 401],
    ["for another organization's people", notes, { as: "usr_ines" }, 404],
    ["for an organization that is none", notes, { as: "usr_ben", organization: "org_nobody" }, 404],
    ["from another site", notes, { as: "usr_ben", headers: fromElsewhere }, 403],
    ["of a byte more than the limit", tooLarge, { as: "usr_ben" }, 413],
    ["of much more than the limit", notes, { as: "usr_ben", headers: { "content-length": "99999999" } }, 413],
    ["of a body that is no form", () => "hello", { as: "usr_ben" }, 400],
    ["of a form without a file", () => new URLSearchParams({ file: "x" }), { as: "usr_ben" }, 400],
    ["of an empty file", () => formOf(new File([], "Notes.txt")), { as: "usr_ben" }, 400],
  ])("is refused, and nothing kept, %s", async (_what, makeBody: () => BodyInit, posted: Posted, status) => {
    const before = [await listed(), await stored()];
    const response = await post(makeBody(), posted);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: expect.any(String) });
    expect([await listed(), await stored()]).toEqual(before);
  });

  it("tells a browser's form on its card why it was refused", async () => {
    const response = await post(tooLarge(), { as: "usr_ben", headers: fromBrowser });
    expect(response.headers.get("location")).toMatch(/#uploads$/);
    expect(queryOf(response)).toEqual({ card: "uploads", error: "The file is too large: at most 5 MB." });
  });
});

describe("deleting an upload", () => {
  type Wish = { as?: string; organization?: string; posted?: Record<string, string> };
  async function remove(uploadId: string, { as, organization = NORTHWIND, posted = {} }: Wish) {
    const cookie = as ? { cookie: await sessionCookie(as) } : {};
    const params = Promise.resolve({ id: organization, uploadId });
    return deleteUpload(formRequest("/", {}, { ...posted, ...cookie }), { params });
  }
  const keep = () =>
    services().uploads.keep({
      organizationId: NORTHWIND,
      fileName: "a.txt",
      bytes: Buffer.from("x"),
      at: new Date(),
    });

  it("removes row and file, and is audited", async () => {
    const { id, filePath } = await keep();
    const response = await remove(id, { as: "usr_ben", posted: fromBrowser });
    expect(response.headers.get("location")).toBe("/organizations/org_northwind#uploads");
    expect((await listed()).map((upload) => upload.id)).not.toContain(id);
    expect(await services().storage.exists(filePath)).toBe(false);
    const deleted = (await services().audit.list(100)).filter(({ subject }) => subject === id);
    expect(deleted).toMatchObject([{ actorId: "usr_ben", action: "upload-deleted" }]);
    expect((await remove(id, { as: "usr_ben" })).status).toBe(404);
  });

  it.each([
    ["for whoever is not signed in", {}, 401],
    ["for another organization's people", { as: "usr_ines" }, 404],
    ["by way of one's own organization", { as: "usr_ines", organization: "org_halyard" }, 404],
    ["from another site", { as: "usr_ben", posted: fromElsewhere }, 403],
  ])("is refused %s", async (_what, wish: Wish, status) => {
    const { id, filePath } = await keep();
    expect((await remove(id, wish)).status).toBe(status);
    expect((await listed()).map((upload) => upload.id)).toContain(id);
    expect(await services().storage.exists(filePath)).toBe(true);
  });
});
