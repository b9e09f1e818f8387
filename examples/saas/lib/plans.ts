/** What the plans are called and what a month of each costs: the one place where prices are. */
import { sayMoney } from "./money.ts";

export const plans = {
  free: { title: "Free", monthlyCents: 0 },
  pro: { title: "Pro", monthlyCents: 2_900 },
  business: { title: "Business", monthlyCents: 9_900 },
} as const;

export type Plan = keyof typeof plans;

export const planNames = Object.keys(plans) as [Plan, ...Plan[]];

/** "$29.00 a month" */
export function sayPrice(monthlyCents: number): string {
  return monthlyCents === 0 ? "free of charge" : `${sayMoney(monthlyCents)} a month`;
}
