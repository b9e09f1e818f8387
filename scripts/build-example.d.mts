/** What TypeScript needs to know of build-example.mjs. */
export const example: string;
export function nextScript(): string;
export function isExampleBuilt(): boolean;
export function buildExample(node: string, options?: { onLine?: (line: string) => void }): Promise<void>;
