/** One's own: password, sign-ins, and how this browser shows things. */
import type { ReactNode } from "react";
import { useSession } from "../../data/session.ts";
import { Card } from "../../parts/card.tsx";
import { Definition } from "../../parts/definition.tsx";
import { Appearance } from "./appearance.tsx";
import { OwnPassword } from "./own-password.tsx";
import { SignIns } from "./sign-ins.tsx";

export function AccountSection(): ReactNode {
  const { user, mode, version, signIn } = useSession();
  const own = mode === "start";
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <div className="grid gap-4">
        <Card title="You">
          <Definition
            items={[
              {
                term: "Name",
                value:
                  mode === "dev"
                    ? "Anybody: the development server asks for no sign-in"
                    : (user?.name ?? "–"),
              },
              { term: "Role", value: user?.role ?? "–" },
              ...(mode === "mounted"
                ? [{ term: "Signed in by", value: "the app around this dashboard" }]
                : []),
              { term: "Server", value: `Stepwell ${version}` },
            ]}
          />
        </Card>
        {own && signIn?.password && <OwnPassword />}
        {own && <SignIns />}
      </div>
      <Appearance />
    </div>
  );
}
