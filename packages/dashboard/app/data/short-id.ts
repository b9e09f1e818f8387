/** The end of an id: the start is its time, which neighbours share. */
export function shortId(id: string): string {
  return id.length > 10 ? `…${id.slice(-6)}` : id;
}
