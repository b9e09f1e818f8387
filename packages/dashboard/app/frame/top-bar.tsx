/** The top bar: which server this is, search, the palette, live state, and how things are shown. */
import { Command, Globe, Search, SunMoon } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { usePreferences } from "../data/preferences.ts";
import { useSession } from "../data/session.ts";
import { modKey } from "../data/shortcuts.ts";
import { Button } from "../parts/button.tsx";
import { AppLink, useGo } from "../parts/link.tsx";
import { Menu } from "../parts/menu.tsx";
import { ClockButton } from "./clock-button.tsx";
import { LiveBadge } from "./live-badge.tsx";
import { Mark } from "./mark.tsx";
import { openPalette } from "./palette-door.tsx";
import { UserMenu } from "./user-menu.tsx";
import { useViewItems, zoneItems } from "./view-items.tsx";

const modes = { dev: "Dev", start: "Server", mounted: "Mounted" };

export function TopBar(): ReactNode {
  const { mode, clockMovable } = useSession();
  const view = useViewItems();
  const chosen = usePreferences();
  const zone =
    { local: "Local", UTC: "UTC" }[chosen.zone] ?? chosen.zone.split("/").at(-1)?.replaceAll("_", " ");
  return (
    <header className="top-bar">
      <AppLink href="/" className="md:hidden" aria-label="Stepwell, to the overview">
        <Mark />
      </AppLink>
      <span className="mode-badge" data-mode={mode}>
        {modes[mode]}
      </span>
      <SearchBox />
      <div className="ml-auto flex items-center gap-1">
        {clockMovable && <ClockButton />}
        <LiveBadge />
        <Button
          kind="quiet"
          className="max-md:hidden"
          label={`Commands (${modKey} K)`}
          icon={<Command aria-hidden size={16} />}
          onClick={openPalette}
        />
        <span className="flex items-center gap-1 max-md:hidden">
          <Menu
            label={`${zone}, time zone`}
            kind="quiet"
            icon={<Globe aria-hidden size={16} />}
            items={zoneItems(chosen)}
          >
            <span className="max-lg:sr-only">{zone}</span>
          </Menu>
          <Menu
            label="Theme and density"
            kind="quiet"
            icon={<SunMoon aria-hidden size={16} />}
            items={view.slice(
              0,
              view.findIndex((item) => "heading" in item && item.heading === "Times"),
            )}
          />
          <UserMenu />
        </span>
      </div>
    </header>
  );
}

/** Goes to the run list with what was typed as its filter. */
function SearchBox(): ReactNode {
  const go = useGo();
  const [text, setText] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === "") return;
    go(`/runs?q=${encodeURIComponent(text.trim())}`);
    setText("");
  };
  return (
    <search className="top-search">
      <form onSubmit={submit} className="relative">
        <Search
          aria-hidden
          size={14}
          className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-faint"
        />
        <input
          type="search"
          id="top-search"
          aria-label="Search runs"
          placeholder="Search runs"
          autoComplete="off"
          spellCheck={false}
          className="top-search-field"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <kbd
          className="pointer-events-none absolute top-1/2 right-2 -translate-y-1/2 max-md:hidden"
          aria-hidden
        >
          /
        </kbd>
      </form>
    </search>
  );
}
