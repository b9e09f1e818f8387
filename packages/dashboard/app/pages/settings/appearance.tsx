/** How this browser shows things. Kept here, not on the server. */
import { type ReactNode, useId } from "react";
import { type Preferences, setPreference, usePreferences } from "../../data/preferences.ts";
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
        <PreferenceChoice
          of="theme"
          label="Theme"
          options={{ system: "System", light: "Light", dark: "Dark" }}
        />
        <PreferenceChoice
          of="density"
          label="Density"
          options={{ comfortable: "Comfortable", compact: "Compact" }}
        />
        <PreferenceChoice of="times" label="Times" options={{ relative: "Relative", absolute: "Clock" }} />
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

interface PreferenceChoiceProps<Key extends "theme" | "density" | "times"> {
  of: Key;
  label: string;
  /** The words of each value, in the order in which they are offered. */
  options: Record<Preferences[Key], string>;
}

function PreferenceChoice<Key extends "theme" | "density" | "times">({
  of,
  label,
  options,
}: PreferenceChoiceProps<Key>): ReactNode {
  const values = Object.keys(options) as Preferences[Key][];
  return (
    <Choice
      label={label}
      value={usePreferences()[of]}
      options={values.map((value) => ({ value, label: options[value] }))}
      onChange={(value) => setPreference(of, value)}
    />
  );
}
