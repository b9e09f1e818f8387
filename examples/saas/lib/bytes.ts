/** 1536 → "1.5 KB", 5242880 → "5 MB" */
export function sayBytes(bytes: number): string {
  if (bytes < 1_024) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  if (bytes < 1_048_576) return `${inTenths(bytes / 1_024)} KB`;
  return `${inTenths(bytes / 1_048_576)} MB`;
}

function inTenths(amount: number): number {
  return Math.round(amount * 10) / 10;
}
