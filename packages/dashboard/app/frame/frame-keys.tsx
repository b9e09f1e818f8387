/** The keys that work on every page, and their help. None of them writes. */
import { useRouterState } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { preferences, setPreference } from "../data/preferences.ts";
import { type KeyWords, modKey, useKnownKeys, useShortcuts } from "../data/shortcuts.ts";
import { Dialog } from "../parts/dialog.tsx";
import { AppLink, useGo } from "../parts/link.tsx";
import { announce } from "../parts/toasts.tsx";
import { openPalette, PaletteDoor } from "./palette-door.tsx";
import { places } from "./places.ts";
import { moveRow, rowLink } from "./row-focus.ts";

const words: Record<string, string> = {
  "?": "Show these keys",
  [`${modKey} K`]: "Commands: pages, functions, recent runs",
  "/": "Search",
  ...Object.fromEntries(places.map(({ key, title }) => [`g ${key}`, `Go to ${title}`])),
  j: "Next row",
  k: "Previous row",
  Enter: "Open the row",
  o: "Open the row in a new tab",
  x: "Select the row; with Shift, all rows between",
  d: "Compact or comfortable rows",
};

export function FrameKeys(): ReactNode {
  const go = useGo();
  const [help, setHelp] = useState(false);
  useShortcuts(
    {
      "?": () => setHelp(true),
      "$mod+k": openPalette,
      "/": focusSearch,
      ...Object.fromEntries(places.map(({ key, href, first }) => [`g ${key}`, () => go(first ?? href)])),
      j: () => moveRow(1),
      k: () => moveRow(-1),
      o: () => {
        const link = rowLink(document.activeElement);
        if (link) window.open(link.href, "_blank", "noopener");
      },
      d: () => {
        const density = preferences().density === "compact" ? "comfortable" : "compact";
        setPreference("density", density);
        announce(`${density === "compact" ? "Compact" : "Comfortable"} rows`);
      },
    },
    words,
  );
  return (
    <>
      <PaletteDoor />
      <KeyHelp open={help} onClose={() => setHelp(false)} />
    </>
  );
}

/** The page's own search, where it has one (`data-search`), or the one above. */
function focusSearch(): void {
  const field = document.querySelector<HTMLElement>("[data-search]") ?? document.getElementById("top-search");
  field?.focus();
  if (field instanceof HTMLInputElement) field.select();
}

function KeyHelp({ open, onClose }: { open: boolean; onClose(): void }): ReactNode {
  const known = useKnownKeys();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const [frame = [], ...page] = [...known].sort(
    (a, b) => Number(b.some(({ keys }) => keys === "?")) - Number(a.some(({ keys }) => keys === "?")),
  );
  return (
    <Dialog open={open} onClose={onClose} title="Keys" size="wide">
      <div className="gap-x-8 md:columns-2">
        {page.length > 0 && <KeyList key={path} title="On this page" keys={page.flat()} />}
        <KeyList title="Everywhere" keys={frame.filter(({ keys }) => !keys.startsWith("g "))} />
        <KeyList title="Go to" keys={frame.filter(({ keys }) => keys.startsWith("g "))} />
      </div>
      <p className="mt-4 text-xs text-dim">
        No single key changes anything on the server. They can be switched off under{" "}
        <AppLink className="link" href="/settings/account" onClick={onClose}>
          Settings, Account
        </AppLink>
        .
      </p>
    </Dialog>
  );
}

function KeyList({ title, keys }: { title: string; keys: readonly KeyWords[] }): ReactNode {
  return (
    <section className="break-inside-avoid not-first:mt-5">
      <h3 className="mb-2 text-xs font-medium text-dim">{title}</h3>
      <dl className="grid gap-1.5">
        {keys.map(({ keys: pressed, does }) => (
          <div key={pressed} className="flex items-center justify-between gap-4">
            <dd className="order-1 text-ink">{does}</dd>
            <dt className="order-2 flex gap-1">
              {pressed.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
          </div>
        ))}
      </dl>
    </section>
  );
}
