/** What of a long text stands in a line of a list. */

/** @param most so many characters, the last one of a longer text being `…` */
export function firstLine(text: string, most: number): string {
  const [line = ""] = text.trim().split(/\r?\n/, 1);
  if (line.length <= most) return line;
  // By signs, so that none of two halves is cut in the middle.
  return `${[...line.slice(0, most)].slice(0, -1).join("")}…`;
}
