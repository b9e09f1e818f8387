import type { ReactElement } from "react";
import { z } from "zod";

/** Mails take texts only: whoever sends one says its numbers and dates as people read them. */
export type Variables = z.ZodObject<Record<string, z.ZodType<string, string>>>;

/** One kind of mail: the texts it needs, its subject, and its body. */
export type Template<V extends Variables = Variables> = {
  variables: V;
  subject: (variables: z.infer<V>) => string;
  body: (variables: z.infer<V>, context: { appUrl: string }) => ReactElement;
};

export function defineTemplate<V extends Variables>(template: Template<V>): Template<V> {
  return template;
}

/** A variable that is read. */
export const words = z.string().trim().min(1, "must not be empty");

/** A variable that is followed: a mail has no page that a relative link could start from. */
export const link = z
  .url({ protocol: /^https?$/, error: "must be an http(s) address" })
  .regex(/^https?:\/\//i, "must be an http(s) address");
