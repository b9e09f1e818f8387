import type { Setup } from "./setup.ts";

/**
 * A bug to plant: patches of source text, applied while it is loaded. A patch whose text is not there
 * any more fails loudly, so none can rot.
 */
export interface Plant {
  name: string;
  /** The other seeds cannot find it, so they are passed over. */
  only?: (setup: Setup) => boolean;
  edits: { file: string; from: string; to: string }[];
}

export const one = (name: string, file: string, from: string, to: string, only?: Plant["only"]): Plant => ({
  name,
  edits: [{ file: `packages/${file}`, from, to }],
  ...(only === undefined ? {} : { only }),
});
