/** A page's query: what Next hands over, and one value of it (the first, if it is repeated). */
export type PageQuery = Promise<Record<string, string | string[] | undefined>>;

export async function readQuery(query: PageQuery): Promise<Record<string, string | undefined>> {
  const pairs = Object.entries(await query);
  return Object.fromEntries(pairs.map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]));
}
