import { Notice } from "@/components/notice.tsx";

export type Query = Record<string, string | undefined>;

/** What a route says about a refused form, on the card that has the form. */
export function CardNotice({ card, query }: { card: string; query: Query }) {
  return query.error && query.card === card ? <Notice kind="error">{query.error}</Notice> : null;
}
