/**
 * FNV-1a over UTF-16 units, then murmur's last mix: without it, similar texts have similar high bits.
 * @param seed another seed gives another 32 bits of the same text
 * @returns a whole number from 0 to 2^32 - 1
 */
export function hash32(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
