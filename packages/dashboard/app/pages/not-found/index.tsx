/** No page belongs to the address. */
import type { ReactNode } from "react";
import { LinkButton } from "../../parts/button.tsx";
import { Page } from "../../parts/page.tsx";
import { Empty } from "../../parts/states.tsx";

export function NotFoundPage(): ReactNode {
  return (
    <Page title="Page not found">
      <div className="card">
        <Empty title="There is nothing at this address">
          <p>The link may be old, or a part of it is missing.</p>
          <LinkButton href="/">Go to the overview</LinkButton>
        </Empty>
      </div>
    </Page>
  );
}
