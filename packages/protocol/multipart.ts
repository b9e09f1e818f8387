/**
 * Fields of `multipart/form-data` (RFC 7578), parsed from bytes without I/O. Files are refused:
 * an event is JSON, and binary content would have to be bent into text.
 */
import { StepwellError } from "@stepwell/core";

/**
 * The text fields of a multipart body, in order.
 * @throws StepwellError `event_invalid` for a broken body, a missing boundary, or a file
 */
export function readMultipart(bytes: Uint8Array, contentType: string): [name: string, value: string][] {
  const boundary = boundaryOf(contentType);
  if (boundary === null) throw broken("the content type has no boundary");
  // A line break in front, so that each boundary, the first one too, follows one (RFC 2046 §5.1.1).
  const body = Buffer.concat([Buffer.from("\n"), bytes]);
  const delimiter = Buffer.from(`\n--${boundary}`, "latin1");
  const fields: [string, string][] = [];
  let at = body.indexOf(delimiter);
  if (at < 0) throw broken("the boundary of the content type does not occur in the body");
  for (;;) {
    at += delimiter.length;
    if (body.toString("latin1", at, at + 2) === "--") return fields;
    const start = body.indexOf("\n", at) + 1;
    // One byte back: the line break of an empty part is the boundary's as well.
    const next = body.indexOf(delimiter, start - 1);
    if (start === 0 || next < 0) throw broken("the body ends inside a part");
    fields.push(readPart(body.toString("utf8", start, Math.max(start, next))));
    at = next;
  }
}

function boundaryOf(contentType: string): string | null {
  const match = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(contentType);
  return match?.[1] ?? match?.[2] ?? null;
}

/** One part: header lines, an empty line, the value. */
function readPart(text: string): [string, string] {
  const gap = /\r?\n\r?\n/.exec(text);
  // A value that is empty leaves only the break of the last header line.
  const head = gap === null ? text : text.slice(0, gap.index);
  const value = gap === null ? "" : text.slice(gap.index + gap[0].length);
  const disposition = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? "";
  const name = parameterOf(disposition, "name");
  if (name === null) throw broken("a part has no field name");
  // Browsers send an empty file name for a file that was not chosen.
  if ((parameterOf(disposition, "filename") ?? "") !== "")
    throw broken(`the field "${name}" is a file; send text fields only`);
  return [name, value.replace(/\r$/, "")];
}

function parameterOf(disposition: string, name: string): string | null {
  const match = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]+))`, "i").exec(disposition);
  if (match === null) return null;
  return match[1] === undefined ? (match[2] ?? "") : match[1].replace(/\\(.)/g, "$1");
}

function broken(why: string): StepwellError {
  return new StepwellError("event_invalid", `The form body cannot be read: ${why}.`);
}
