/** How things are shown, as items of a menu: theme, density, zone, times. */
import { Clock, Globe, Monitor, Moon, Rows2, Rows4, Sun } from "lucide-react";
import type { ReactNode } from "react";
import { type Preferences, setPreference, usePreferences } from "../data/preferences.ts";
import { zoneName } from "../data/time-text.ts";
import type { MenuItem } from "../parts/menu.tsx";

const icon = { "aria-hidden": true, size: 14 } as const;

/** Theme and density, then the zone and how times are written. */
export function useViewItems(): MenuItem[] {
  const chosen = usePreferences();
  return [
    { heading: "Theme" },
    itemOf(chosen, "theme", "system", { label: "System", icon: <Monitor {...icon} /> }),
    itemOf(chosen, "theme", "light", { label: "Light", icon: <Sun {...icon} /> }),
    itemOf(chosen, "theme", "dark", { label: "Dark", icon: <Moon {...icon} /> }),
    { heading: "Density" },
    itemOf(chosen, "density", "comfortable", { label: "Comfortable", icon: <Rows2 {...icon} /> }),
    itemOf(chosen, "density", "compact", { label: "Compact", icon: <Rows4 {...icon} />, note: "d" }),
    { heading: "Times" },
    ...zoneItems(chosen),
  ];
}

/** The zone and how times are written. */
export function zoneItems(chosen: Preferences): MenuItem[] {
  const { zone } = chosen;
  const named = zone !== "local" && zone !== "UTC";
  const globe = <Globe {...icon} />;
  return [
    itemOf(chosen, "zone", "local", {
      label: "Local time",
      note: zoneName("local"),
      icon: <Clock {...icon} />,
    }),
    itemOf(chosen, "zone", "UTC", { label: "UTC", icon: globe }),
    ...(named ? [itemOf(chosen, "zone", zone, { label: zone, icon: globe })] : []),
    { separator: true },
    itemOf(chosen, "times", "relative", { label: "Relative, like 3 min ago" }),
    itemOf(chosen, "times", "absolute", { label: "As clock times" }),
  ];
}

/** Chooses one value of a preference; marked while that is the chosen one. */
function itemOf<Key extends keyof Preferences>(
  chosen: Preferences,
  key: Key,
  value: Preferences[Key],
  look: { label: string; icon?: ReactNode; note?: string },
): MenuItem {
  return { ...look, checked: chosen[key] === value, onSelect: () => setPreference(key, value) };
}
