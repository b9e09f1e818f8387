/** Who is signed in, and signing out. A mounted dashboard leaves that to the app around it. */
import { useQueryClient } from "@tanstack/react-query";
import { CircleUser, LogOut, UserCog } from "lucide-react";
import type { ReactNode } from "react";
import { useAct } from "../data/api.ts";
import { useKeepSession, useSession } from "../data/session.ts";
import { Menu, type MenuItem } from "../parts/menu.tsx";

/** Items about the user. */
export function useUserItems(): MenuItem[] {
  const { user, mode } = useSession();
  const keep = useKeepSession();
  const client = useQueryClient();
  const signOut = useAct("signOut", {
    onDone: (session) => {
      keep(session);
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "getSession" });
    },
  });
  if (user === null) return [];
  const words = mode === "dev" ? "Development: everybody is admin" : `${user.name}, ${user.role}`;
  const icon = { "aria-hidden": true, size: 14 } as const;
  return [
    { heading: words },
    { label: "Account", icon: <UserCog {...icon} />, href: "/settings/account" },
    ...(mode === "start"
      ? [{ label: "Sign out", icon: <LogOut {...icon} />, onSelect: () => signOut.mutate({}) }]
      : []),
  ];
}

/** The user's button in the top bar. */
export function UserMenu(): ReactNode {
  const items = useUserItems();
  const { user, mode } = useSession();
  const known = mode !== "dev" && user !== null;
  return (
    <Menu
      label={known ? `Signed in as ${user.name}` : "User"}
      kind="quiet"
      items={items}
      icon={
        known ? (
          <span className="avatar" aria-hidden>
            {user.name.slice(0, 1).toUpperCase()}
          </span>
        ) : (
          <CircleUser aria-hidden size={16} />
        )
      }
    />
  );
}
