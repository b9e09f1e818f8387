/** Names of files as people gave them: made fit to be shown, sent in a header, and ended like before. */

const LONGEST = 120;

/** The last part of a path, without control and direction characters; "file" if nothing is left. */
export function cleanFileName(given: string): string {
  const last = given.normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const shown = last
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "")
    .replaceAll(/\s+/gu, " ")
    .trim();
  return shorten(shown) || "file";
}

/** ".pdf", small and plain; "" where there is none. */
export function extensionOf(fileName: string): string {
  return /.(\.[a-z0-9]{1,10})$/i.exec(fileName)?.[1]?.toLowerCase() ?? "";
}

/** RFC 6266: a plain name for old readers, and the true one. */
export function contentDisposition(type: "inline" | "attachment", fileName: string): string {
  const plain = fileName.replaceAll(/[^\x20-\x7e]|["\\%]/g, "_");
  const encoded = encodeURIComponent(fileName).replaceAll(/['()*]/g, (sign) => `%${hex(sign)}`);
  return `${type}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/** Keeps the extension; counts whole characters, so that none is cut in two. */
function shorten(name: string): string {
  const characters = [...name];
  if (characters.length <= LONGEST) return name;
  const extension = extensionOf(name);
  return characters.slice(0, LONGEST - extension.length).join("") + extension;
}

function hex(sign: string): string {
  return sign.charCodeAt(0).toString(16).toUpperCase();
}
