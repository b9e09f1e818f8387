/** The palette: pages, functions, recent runs and a few acts, found by typing. In a chunk of its own. */
import { Command } from "cmdk";
import { CornerDownLeft, Search } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useCall } from "../data/api.ts";
import { type Preferences, setPreference, usePreferences } from "../data/preferences.ts";
import { useCan } from "../data/session.ts";
import { shortId } from "../data/short-id.ts";
import { useGo } from "../parts/link.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { places } from "./places.ts";

const settings = ["keys", "users", "audit", "health", "account"] as const;

/** Opened by `PaletteDoor`. */
export default function Palette({ onClose }: { onClose(): void }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // Its first focusable part is the list's own frame.
    element?.querySelector("input")?.focus();
    return () => element?.close();
  }, []);
  const then = (act: () => void) => () => {
    onClose();
    act();
  };
  return (
    <dialog
      ref={dialog}
      className="dialog palette"
      aria-label="Commands"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={({ target, currentTarget }) => target === currentTarget && onClose()}
    >
      <Command label="Commands" loop className="flex min-h-0 flex-col">
        <div className="flex items-center gap-2 border-b border-line px-4">
          <Search aria-hidden size={16} className="text-faint" />
          <Command.Input
            value={text}
            onValueChange={setText}
            placeholder="Go to, find, or do…"
            className="palette-field"
          />
          <kbd>Esc</kbd>
        </div>
        <Command.List className="palette-list">
          <Pages text={text} then={then} />
          <Functions text={text} then={then} />
          <Runs then={then} />
          <Acts then={then} />
          {text.trim() !== "" && <SearchRuns text={text.trim()} then={then} />}
        </Command.List>
      </Command>
    </dialog>
  );
}

type Then = (act: () => void) => () => void;

function Pages({ text, then }: { text: string; then: Then }): ReactNode {
  const go = useGo();
  return (
    <Command.Group heading="Go to">
      {places.map(({ title, href, first, icon: Icon, key }) => (
        <Command.Item key={href} value={`page ${title}`} onSelect={then(() => go(first ?? href))}>
          <Icon aria-hidden size={14} />
          {title}
          <span className="palette-note">
            <kbd>g</kbd> <kbd>{key}</kbd>
          </span>
        </Command.Item>
      ))}
      <Command.Item value="page Bulk jobs" onSelect={then(() => go("/bulk"))}>
        <CornerDownLeft aria-hidden size={14} />
        Bulk jobs
      </Command.Item>
      {text.trim() !== "" &&
        settings.map((section) => (
          <Command.Item
            key={section}
            value={`page settings ${section}`}
            onSelect={then(() => go(`/settings/${section}`))}
          >
            <CornerDownLeft aria-hidden size={14} />
            Settings: {section}
          </Command.Item>
        ))}
    </Command.Group>
  );
}

/** Always there, and last: whatever was typed may be in a payload. */
function SearchRuns({ text, then }: { text: string; then: Then }): ReactNode {
  const go = useGo();
  return (
    <Command.Group heading="Search" forceMount>
      <Command.Item
        forceMount
        value={`search ${text}`}
        onSelect={then(() => go(`/runs?q=${encodeURIComponent(text)}`))}
      >
        <Search aria-hidden size={14} />
        <span className="truncate">Runs with “{text}”</span>
      </Command.Item>
    </Command.Group>
  );
}

function Functions({ text, then }: { text: string; then: Then }): ReactNode {
  const go = useGo();
  const { data } = useCall("listFunctions", {}, { freshMs: 30_000 });
  if (!data || data.data.length === 0) return null;
  return (
    <Command.Group heading="Functions">
      {data.data.slice(0, text === "" ? 5 : 500).map(({ id, name, slug, app }) => (
        <Command.Item
          key={id}
          value={`function ${name} ${slug}`}
          onSelect={then(() => go(`/functions/${id}`))}
        >
          <span className="truncate">{name}</span>
          <span className="palette-note">{app.name}</span>
        </Command.Item>
      ))}
    </Command.Group>
  );
}

function Runs({ then }: { then: Then }): ReactNode {
  const go = useGo();
  const { data } = useCall("listRuns", { query: { limit: 8 } });
  if (!data || data.data.length === 0) return null;
  return (
    <Command.Group heading="Recent runs">
      {data.data.map(({ id, status, function: { name } }) => (
        <Command.Item key={id} value={`run ${name} ${id}`} onSelect={then(() => go(`/runs/${id}`))}>
          <StatusBadge status={status} look="icon" />
          <span className="truncate">{name}</span>
          <code className="palette-note">{shortId(id)}</code>
        </Command.Item>
      ))}
    </Command.Group>
  );
}

function Acts({ then }: { then: Then }): ReactNode {
  const go = useGo();
  const { theme, zone, density } = usePreferences();
  const send = useCan("sendEvent");
  const choose = <K extends keyof Preferences>(key: K, value: Preferences[K], words: string) => (
    <Command.Item key={words} value={`set ${words}`} onSelect={then(() => setPreference(key, value))}>
      {words}
    </Command.Item>
  );
  return (
    <Command.Group heading="Do">
      {send === true && (
        <Command.Item value="do send event" onSelect={then(() => go("/events?send="))}>
          Send an event…
        </Command.Item>
      )}
      {theme !== "dark" && choose("theme", "dark", "Dark theme")}
      {theme !== "light" && choose("theme", "light", "Light theme")}
      {theme !== "system" && choose("theme", "system", "Theme of the system")}
      {choose(
        "zone",
        zone === "UTC" ? "local" : "UTC",
        zone === "UTC" ? "Times in local time" : "Times in UTC",
      )}
      {choose(
        "density",
        density === "compact" ? "comfortable" : "compact",
        density === "compact" ? "Comfortable rows" : "Compact rows",
      )}
    </Command.Group>
  );
}
