/**
 * Where to go after signing in comes with the address, and anybody can write an address: only a path of
 * this site is followed, as a browser reads it ("//evil.example" and "/\evil.example" are other sites).
 */
const HERE = "http://this.site.invalid";

export function sameSitePath(wanted: string | undefined, otherwise: string): string {
  const url = wanted?.startsWith("/") ? URL.parse(wanted, HERE) : null;
  if (!url || url.origin !== HERE) return otherwise;
  // What dots leave behind can begin with two slashes again: "/.//evil.example".
  return url.pathname.startsWith("//") ? otherwise : `${url.pathname}${url.search}${url.hash}`;
}
