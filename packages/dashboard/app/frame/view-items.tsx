/** How things are shown, as items of a menu: theme, density, zone, times. */
import { Clock, Globe, Monitor, Moon, Rows2, Rows4, Sun } from "lucide-react";
import { setPreference, usePreferences } from "../data/preferences.ts";
import { zoneName } from "../data/time-text.ts";
import type { MenuItem } from "../parts/menu.tsx";

/** Theme and density, then the zone and how times are written. */
export function useViewItems(): MenuItem[] {
  const { theme, density } = usePreferences();
  const icon = { "aria-hidden": true, size: 14 } as const;
  return [
    { heading: "Theme" },
    {
      label: "System",
      icon: <Monitor {...icon} />,
      checked: theme === "system",
      onSelect: () => setPreference("theme", "system"),
    },
    {
      label: "Light",
      icon: <Sun {...icon} />,
      checked: theme === "light",
      onSelect: () => setPreference("theme", "light"),
    },
    {
      label: "Dark",
      icon: <Moon {...icon} />,
      checked: theme === "dark",
      onSelect: () => setPreference("theme", "dark"),
    },
    { heading: "Density" },
    {
      label: "Comfortable",
      icon: <Rows2 {...icon} />,
      checked: density === "comfortable",
      onSelect: () => setPreference("density", "comfortable"),
    },
    {
      label: "Compact",
      icon: <Rows4 {...icon} />,
      note: "d",
      checked: density === "compact",
      onSelect: () => setPreference("density", "compact"),
    },
    { heading: "Times" },
    ...zoneItems(usePreferences()),
  ];
}

/** The zone and how times are written. */
export function zoneItems({ zone, times }: ReturnType<typeof usePreferences>): MenuItem[] {
  const icon = { "aria-hidden": true, size: 14 } as const;
  const named = zone !== "local" && zone !== "UTC";
  return [
    {
      label: "Local time",
      note: zoneName("local"),
      icon: <Clock {...icon} />,
      checked: zone === "local",
      onSelect: () => setPreference("zone", "local"),
    },
    {
      label: "UTC",
      icon: <Globe {...icon} />,
      checked: zone === "UTC",
      onSelect: () => setPreference("zone", "UTC"),
    },
    ...(named ? [{ label: zone, icon: <Globe {...icon} />, checked: true, onSelect: () => {} }] : []),
    { separator: true },
    {
      label: "Relative, like 3 min ago",
      checked: times === "relative",
      onSelect: () => setPreference("times", "relative"),
    },
    {
      label: "As clock times",
      checked: times === "absolute",
      onSelect: () => setPreference("times", "absolute"),
    },
  ];
}
