const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const whole = new Intl.NumberFormat("en-US");

/** 123456 → "$1,234.56" */
export function sayMoney(cents: number): string {
  return dollars.format(cents / 100);
}

/** 12345 → "12,345" */
export function sayCount(count: number): string {
  return whole.format(count);
}
