import { beforeAll, describe, expect, it } from "vitest";
import { services } from "@/services/index.ts";
import { GET } from "./route.ts";

beforeAll(() => services().ready());

const soon = () => new Date(Date.now() + 60_000);
const linkTo = (path: string, until = soon()) => services().storage.linkTo(path, until);

async function fetchFile(link: string) {
  const path = new URL(link).pathname.split("/").slice(2).map(decodeURIComponent);
  return GET(new Request(link), { params: Promise.resolve({ path }) });
}

async function upload(fileName: string, content = "<script>alert(1)</script>") {
  const bytes = Buffer.from(content);
  const kept = await services().uploads.keep({
    organizationId: "org_northwind",
    fileName,
    bytes,
    at: new Date(),
  });
  return fetchFile(services().uploads.downloadUrl(kept));
}

describe("a download", () => {
  it.each([
    "page.html",
    "page.HTM",
    "image.svg",
    "data.xml",
    "page.xhtml",
    "notes.txt",
    "script.js",
    "noend",
  ])("never runs as a page of ours: %s", async (fileName) => {
    const response = await upload(fileName);
    expect(await response.text()).toBe("<script>alert(1)</script>");
    expect(Object.fromEntries(response.headers)).toEqual({
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${fileName}"; filename*=UTF-8''${fileName}`,
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
      "cache-control": "private, no-store",
    });
  });

  it("of a PDF opens in the browser as nothing else, under the name it was uploaded with", async () => {
    const { headers } = await upload("Übersicht.PDF");
    expect(headers.get("content-type")).toBe("application/pdf");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-disposition")).toBe(
      `inline; filename="_bersicht.PDF"; filename*=UTF-8''%C3%9Cbersicht.PDF`,
    );
  });

  it("of what nobody uploaded has its stored name", async () => {
    await services().storage.save("invoices/INV-2026-0001.pdf", Buffer.from("%PDF-"));
    const response = await fetchFile(linkTo("invoices/INV-2026-0001.pdf"));
    expect(await response.text()).toBe("%PDF-");
    expect(response.headers.get("content-disposition")).toContain('filename="INV-2026-0001.pdf"');
  });
});

describe("a link", () => {
  it.each([
    ["that has expired", () => linkTo("invoices/a.pdf", new Date(Date.now() - 1)), 410, "expired"],
    ["to a file that is gone", () => linkTo("invoices/gone.pdf"), 404, "no longer here"],
    ["to another file", () => linkTo("invoices/a.pdf").replace("a.pdf", "b.pdf"), 403, "not valid"],
    ["without its signature", () => linkTo("invoices/a.pdf").split("?")[0] ?? "", 403, "not valid"],
    ["out of the folder", () => linkTo("a/b").replace("a/b", "..%2Flink.secret"), 403, "not valid"],
  ])("%s says so", async (_what, link, status, said) => {
    const response = await fetchFile(link());
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(await response.text()).toContain(said);
  });
});
