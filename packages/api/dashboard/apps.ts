/** Apps: whether they are connected, and what to do when they are not. */

export interface AppLine {
  id: string;
  name: string;
  url: string;
  /** Like `js v4.24.0`. */
  sdk: string;
  framework: string | null;
  platform: string | null;
  appVersion: string | null;
  functions: number;
  syncedAt: string;
  /** The last sync was refused, or the app could not be reached. */
  error: { message: string; cure: string } | null;
}

export interface AddAppBody {
  url: string;
}
/** What a sync came to. `pending`: the app was asked and registers by itself. */
export interface SyncOutcome {
  result: "synced" | "unchanged" | "pending";
  functions: number | null;
  appId: string | null;
}
