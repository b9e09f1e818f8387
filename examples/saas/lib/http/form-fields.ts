/** Fields that several forms have. */
import { z } from "zod";

/** One line of text: names end in mails, PDFs and PostgreSQL, where a line's end or a NUL does harm. */
export const shortLine = z
  .string("is missing")
  .max(80, "at most 80 characters")
  .regex(/^\P{Cc}*$/u, "must be one line of text");

export const personName = shortLine.min(1, "must not be empty");
