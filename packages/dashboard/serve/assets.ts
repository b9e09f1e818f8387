/** The built pages, unpacked once. They are a module, not files, so that they work inside a bundled server, too. */
import { gunzipSync } from "node:zlib";

export interface Asset {
  type: string;
  gzip: Uint8Array<ArrayBuffer>;
  /** Unpacked, for the few clients that take no gzip. */
  plain(): Uint8Array<ArrayBuffer>;
}
export interface Assets {
  index: string;
  file(path: string): Asset | null;
}

let loaded: Promise<Assets | null> | null = null;

/** Null: this copy of Stepwell was never built (`npm run build`). */
export function loadAssets(): Promise<Assets | null> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Assets | null> {
  try {
    const { default: built } = await import("@stepwell/dashboard/assets");
    const files = new Map(Object.entries(built.files));
    const unpacked = new Map<string, Asset>();
    return {
      index: built.index,
      file(path) {
        const kept = unpacked.get(path);
        if (kept !== undefined) return kept;
        const found = files.get(path);
        if (found === undefined) return null;
        const gzip = Uint8Array.from(Buffer.from(found.gzip, "base64"));
        const asset: Asset = { type: found.type, gzip, plain: () => Uint8Array.from(gunzipSync(gzip)) };
        unpacked.set(path, asset);
        return asset;
      },
    };
  } catch (error) {
    if ((error as { code?: unknown }).code === "ERR_MODULE_NOT_FOUND") {
      // Asked again at the next request: it may be built meanwhile.
      loaded = null;
      return null;
    }
    throw error;
  }
}
