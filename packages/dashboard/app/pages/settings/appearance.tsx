/** How this browser shows things. Kept here, not on the server. */
import { type ReactNode, useId } from "react";
import { setPreference, usePreferences } from "../../data/preferences.ts";
import { modKey } from "../../data/shortcuts.ts";
import { zoneName } from "../../data/time-text.ts";
import { Card } from "../../parts/card.tsx";
import { Choice } from "../../parts/choice.tsx";
import { CheckField, SelectField } from "../../parts/fields.tsx";

export function Appearance(): ReactNode {
  const chosen = usePreferences();
  const id = useId();
  const zones = ["local", "UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
  return (
    <Card title="This browser" note="Kept in this browser only">
      <div className="grid gap-4" id={id}>
        <Choice
          label="Theme"
          value={chosen.theme}
          options={[
            { value: "system", label: "System" },
            { value: "light", label: "Light" },
            { value: "dark", label: "Dark" },
          ]}
          onChange={(theme) => setPreference("theme", theme)}
        />
        <Choice
          label="Density"
          value={chosen.density}
          options={[
            { value: "comfortable", label: "Comfortable" },
            { value: "compact", label: "Compact" },
          ]}
          onChange={(density) => setPreference("density", density)}
        />
        <Choice
          label="Times"
          value={chosen.times}
          options={[
            { value: "relative", label: "Relative" },
            { value: "absolute", label: "Clock" },
          ]}
          onChange={(times) => setPreference("times", times)}
        />
        <SelectField
          label="Time zone"
          value={chosen.zone}
          options={zones.map((zone) => ({
            value: zone,
            label: zone === "local" ? `Local (${zoneName("local")})` : zone.replaceAll("_", " "),
          }))}
          onChange={(zone) => setPreference("zone", zone)}
        />
        <CheckField
          label="Keyboard shortcuts"
          note={`Single keys, like g r for runs; ? lists them. ${modKey} K always opens the commands.`}
          checked={chosen.shortcuts}
          onChange={(on) => setPreference("shortcuts", on)}
        />
      </div>
    </Card>
  );
}
