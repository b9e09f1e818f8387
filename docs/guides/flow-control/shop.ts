/**
 * The shop whose functions the guide shows. Its work takes time of the recording's clock, not of the
 * machine's: `workBy` puts that clock in.
 */
import { Inngest } from "inngest";

const silent = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };
// The SDK would warn of `concurrency.fn`, which its own schema does not know.
export const inngest: Inngest<{ id: "shop"; isDev: true; internalLogger: typeof silent }> = new Inngest({
  id: "shop",
  isDev: true,
  internalLogger: silent,
});

let pass: (seconds: number) => Promise<void> = async () => {};

/** From now on, work takes its time by `wait`. */
export function workBy(wait: (seconds: number) => Promise<void>): void {
  pass = wait;
}

const taking =
  (seconds: number) =>
  (..._what: unknown[]): Promise<void> =>
    pass(seconds);

export const resizePhoto: (photo: string) => Promise<void> = taking(2);
export const writeReport: (user: string) => Promise<void> = taking(2);
export const sendMail: (to: string, subject: string) => Promise<void> = taking(1);
export const importFile: (file: string) => Promise<void> = taking(2);
export const askPartner: (sku: string) => Promise<void> = taking(1);
export const notify: (user: string) => Promise<void> = taking(1);
export const charge: (cart: string) => Promise<void> = taking(60);
export const indexDocument: (doc: string) => Promise<void> = taking(1);
export const insertRows: (rows: unknown[]) => Promise<void> = taking(1);
export const encodeVideo: (video: string) => Promise<void> = taking(3);
export const buildSite: (site: string) => Promise<void> = taking(2);
export const shipParcel: (order: string) => Promise<void> = taking(2);
export const quotePrice: (order: string) => Promise<void> = taking(4);
