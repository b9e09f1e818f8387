/** The places of the navigation, in its order. */
import {
  AppWindow,
  CalendarClock,
  FunctionSquare,
  Gauge,
  ListTree,
  type LucideIcon,
  Settings,
  Zap,
} from "lucide-react";

export interface PlaceLink {
  href: string;
  title: string;
  icon: LucideIcon;
  /** Second key after `g`. */
  key: string;
  /** Also chosen on pages that begin like this. */
  also?: string;
  /** Another first page than what the links begin with. */
  first?: string;
}

export const places: readonly PlaceLink[] = [
  { href: "/", title: "Overview", icon: Gauge, key: "o" },
  { href: "/runs", title: "Runs", icon: ListTree, key: "r", also: "/bulk" },
  { href: "/events", title: "Events", icon: Zap, key: "e" },
  { href: "/functions", title: "Functions", icon: FunctionSquare, key: "f" },
  { href: "/schedules", title: "Schedules", icon: CalendarClock, key: "s" },
  { href: "/apps", title: "Apps", icon: AppWindow, key: "a" },
  { href: "/settings", title: "Settings", icon: Settings, key: ",", first: "/settings/account" },
];

/** Whether a place is where somebody is. */
export function isAt({ href, also }: PlaceLink, path: string): boolean {
  if (href === "/") return path === "/";
  return [href, also].some(
    (start) => start !== undefined && (path === start || path.startsWith(`${start}/`)),
  );
}
