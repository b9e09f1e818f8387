import type { ReactElement } from "react";
import type { z } from "zod";

export type Variables = z.ZodObject<Record<string, z.ZodString>>;

/** One kind of mail: the texts it needs, its subject, and its body. */
export type Template<V extends Variables = Variables> = {
  variables: V;
  subject: (variables: z.infer<V>) => string;
  body: (variables: z.infer<V>, context: { appUrl: string }) => ReactElement;
};

export function defineTemplate<V extends Variables>(template: Template<V>): Template<V> {
  return template;
}
