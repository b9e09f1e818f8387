/** Sentences of the server: instants as the person chose to see times, names and expressions as code. */
import { Fragment, type ReactNode } from "react";
import { formatAbsolute, Time } from "../data/time.tsx";
import { useInRow } from "./in-row.ts";
import { type Word, wordsOf } from "./words-text.ts";

/** A sentence like "it sleeps until 2026-11-30T09:13:32.319Z", with its time in the chosen zone. */
export function Words({ text }: { text: string }): ReactNode {
  const inRow = useInRow();
  // Pieces of one text never move, so their places are their keys.
  return wordsOf(text).map((word, at) => <Fragment key={at}>{wordOf(word, inRow)}</Fragment>);
}

/** In a row a sentence may be cut off anywhere: no boxes there. */
function wordOf(word: Word, inRow: boolean): ReactNode {
  if ("at" in word) return <Time at={word.at} as="absolute" />;
  if (!("code" in word)) return word.text;
  return <code className={inRow ? "" : "rounded-sm bg-sunken px-1 py-0.5 break-words"}>{word.code}</code>;
}

/** The same for where there is only text, like the title of what is cut off. @param zone as it was chosen */
export function plainWords(text: string, zone: string): string {
  return wordsOf(text)
    .map((word) => ("at" in word ? formatAbsolute(word.at, zone) : "code" in word ? word.code : word.text))
    .join("");
}
