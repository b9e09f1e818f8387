/** Words of the server with instants and code in them, taken apart: pure. */

export type Word = { text: string } | { at: string } | { code: string };

/** An ISO instant, or what stands between backticks. */
const SPECIAL = /\b(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)|`([^`]+)`/g;

/** Text, ISO instants and code in turn. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let from = 0;
  for (const { 0: all, 1: at, 2: code, index } of text.matchAll(SPECIAL)) {
    if (index > from) words.push({ text: text.slice(from, index) });
    words.push(at === undefined ? { code: code ?? "" } : { at });
    from = index + all.length;
  }
  if (from < text.length) words.push({ text: text.slice(from) });
  return words;
}

/** With a capital, and without the name of its gate in brackets, which stands beside it. */
export function tidySentence(sentence: string, gate: string | null): string {
  const without = gate === null ? sentence : sentence.replace(` (${gate})`, "");
  return without.charAt(0).toUpperCase() + without.slice(1);
}
