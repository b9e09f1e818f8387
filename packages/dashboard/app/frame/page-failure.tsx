/** What a page becomes when it breaks: the frame stays, and it can be tried again. */
import type { ErrorComponentProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Page } from "../parts/page.tsx";
import { Failure } from "../parts/states.tsx";

/** A chunk of an older build is gone after an upgrade: the page is to be loaded anew. */
function isGoneChunk(error: Error): boolean {
  return /dynamically imported module|module script failed|preload CSS/i.test(error.message);
}

export function PageFailure({ error: thrown, reset }: ErrorComponentProps): ReactNode {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const gone = isGoneChunk(error);
  return (
    <Page title="Something broke">
      <Failure
        title={gone ? "The dashboard was upgraded" : "This page broke"}
        error={
          gone
            ? new Error("Reload to get the new version. Nothing that you did is lost on the server.")
            : error
        }
        retry={gone ? () => location.reload() : reset}
      />
    </Page>
  );
}
