import { describe, expect, it } from "vitest";
import { cleanFileName, contentDisposition, extensionOf } from "./file-name.ts";

describe("a file's name", () => {
  it.each([
    ["notes.txt", "notes.txt"],
    ["C:\\Users\\ada\\plan.docx", "plan.docx"],
    ["../../etc/passwd", "passwd"],
    ["Übersicht März.pdf", "Übersicht März.pdf"],
    ["a\r\nSet-Cookie: b.txt", "aSet-Cookie: b.txt"],
    ["invoice\u202Efdp.exe", "invoicefdp.exe"],
    ["two   spaces .txt ", "two spaces .txt"],
    ["\u0000", "file"],
    ["folder/", "file"],
    ["\uD800.txt", ".txt"],
  ])("%j is shown as %j", (given, shown) => {
    expect(cleanFileName(given)).toBe(shown);
  });

  it("that is too long keeps its end, and no character is cut in two", () => {
    const name = cleanFileName(`${"🦊".repeat(300)}.pdf`);
    expect([...name]).toHaveLength(120);
    expect(name).toMatch(/^🦊+\.pdf$/u);
  });

  it.each([
    ["notes.TXT", ".txt"],
    ["archive.tar.gz", ".gz"],
    ["README", ""],
    [".env", ""],
    ["a.b/c", ""],
    ["photo.jpg ", ""],
    ["a.🦊", ""],
    [`a.${"x".repeat(11)}`, ""],
  ])("%j ends with %j", (name, extension) => {
    expect(extensionOf(name)).toBe(extension);
  });
});

describe("Content-Disposition", () => {
  it("says a plain name and the true one", () => {
    expect(contentDisposition("inline", "Übersicht (März).pdf")).toBe(
      `inline; filename="_bersicht (M_rz).pdf"; filename*=UTF-8''%C3%9Cbersicht%20%28M%C3%A4rz%29.pdf`,
    );
  });

  it("cannot be left by a name", () => {
    const header = contentDisposition("attachment", `a"; filename*=UTF-8''b'*.html`);
    expect(header).toBe(
      `attachment; filename="a_; filename*=UTF-8''b'*.html"; filename*=UTF-8''a%22%3B%20filename%2A%3DUTF-8%27%27b%27%2A.html`,
    );
    expect(new Headers({ "Content-Disposition": header }).get("content-disposition")).toBe(header);
  });
});
