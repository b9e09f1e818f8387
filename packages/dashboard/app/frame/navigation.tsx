/** The navigation: a column at the left, narrow by choice; on phones a bar of five below. */
import { useRouterState } from "@tanstack/react-router";
import clsx from "clsx";
import { Ellipsis, PanelLeftClose, PanelLeftOpen } from "lucide-react";
import type { ReactNode } from "react";
import { setPreference, usePreferences } from "../data/preferences.ts";
import { Button } from "../parts/button.tsx";
import { hintHandlers } from "../parts/hint.tsx";
import { AppLink } from "../parts/link.tsx";
import { Menu } from "../parts/menu.tsx";
import { Mark } from "./mark.tsx";
import { isAt, type PlaceLink, places } from "./places.ts";
import { useUserItems } from "./user-menu.tsx";
import { useViewItems } from "./view-items.tsx";

const ON_PHONES = 4;

export function Navigation(): ReactNode {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const { navigation } = usePreferences();
  const narrow = navigation === "narrow";
  return (
    <>
      <nav aria-label="Main" className="side-bar">
        <AppLink href="/" className="side-mark" aria-label="Stepwell, to the overview">
          <Mark />
          {!narrow && <span className="text-base font-semibold tracking-tight">Stepwell</span>}
        </AppLink>
        <ul className="flex flex-1 flex-col gap-0.5 px-2">
          {places.map((place) => (
            <li key={place.href}>
              <SideLink place={place} chosen={isAt(place, path)} narrow={narrow} />
            </li>
          ))}
        </ul>
        <div className="p-2">
          <Button
            kind="quiet"
            label={narrow ? "Widen the navigation" : "Narrow the navigation"}
            icon={narrow ? <PanelLeftOpen aria-hidden size={16} /> : <PanelLeftClose aria-hidden size={16} />}
            onClick={() => setPreference("navigation", narrow ? "wide" : "narrow")}
          />
        </div>
      </nav>
      <PhoneBar path={path} />
    </>
  );
}

function SideLink({
  place,
  chosen,
  narrow,
}: {
  place: PlaceLink;
  chosen: boolean;
  narrow: boolean;
}): ReactNode {
  const Icon = place.icon;
  return (
    <AppLink
      href={place.first ?? place.href}
      aria-current={chosen ? "page" : undefined}
      aria-label={narrow ? place.title : undefined}
      className={clsx("side-link", chosen && "side-link-chosen", narrow && "justify-center px-0")}
      {...(narrow && hintHandlers(() => place.title))}
    >
      <Icon aria-hidden size={16} className="shrink-0" />
      {!narrow && place.title}
    </AppLink>
  );
}

function PhoneBar({ path }: { path: string }): ReactNode {
  const view = useViewItems();
  const user = useUserItems();
  const rest = places.slice(ON_PHONES);
  return (
    <nav aria-label="Main" className="phone-bar">
      {places.slice(0, ON_PHONES).map((place) => {
        const Icon = place.icon;
        return (
          <AppLink
            key={place.href}
            href={place.href}
            aria-current={isAt(place, path) ? "page" : undefined}
            className="phone-link"
          >
            <Icon aria-hidden size={18} />
            {place.title}
          </AppLink>
        );
      })}
      <Menu
        label="More"
        kind="quiet"
        className={clsx("phone-link", rest.some((place) => isAt(place, path)) && "phone-link-chosen")}
        icon={<Ellipsis aria-hidden size={18} />}
        items={[
          ...rest.map(({ title, href, first, icon: Icon }) => ({
            label: title,
            href: first ?? href,
            icon: <Icon aria-hidden size={14} />,
          })),
          { separator: true },
          ...view,
          ...(user.length > 0 ? [{ separator: true as const }, ...user] : []),
        ]}
      >
        More
      </Menu>
    </nav>
  );
}
