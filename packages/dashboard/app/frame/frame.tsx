/**
 * What is around every page: navigation, top bar, live news. And who may see it: without a sign-in only
 * the sign-in page is shown, and before the first admin only the set-up page.
 */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { type ApiFailure, whenSignedOut } from "../data/call.ts";
import { startLive } from "../data/live.ts";
import { usePreferences } from "../data/preferences.ts";
import { onClockJump } from "../data/server-clock.ts";
import { fetchSession, sessionKey } from "../data/session.ts";
import { HintLayer } from "../parts/hint.tsx";
import { useGo } from "../parts/link.tsx";
import { Failure, Skeleton } from "../parts/states.tsx";
import { Toasts } from "../parts/toasts.tsx";
import { Bare } from "./bare.tsx";
import { doorOf } from "./door.ts";
import { FrameKeys } from "./frame-keys.tsx";
import { Navigation } from "./navigation.tsx";
import { Notices } from "./notices.tsx";
import { TopBar } from "./top-bar.tsx";

export function Frame(): ReactNode {
  return (
    <>
      <Door />
      <Toasts />
      <HintLayer />
    </>
  );
}

/** Asks who is there, and lets them in or shows them where to go. */
function Door(): ReactNode {
  const client = useQueryClient();
  const go = useGo();
  const { pathname, href } = useRouterState({ select: ({ location }) => location });
  const {
    data: session,
    error,
    refetch,
  } = useQuery<Awaited<ReturnType<typeof fetchSession>>, ApiFailure>({
    queryKey: sessionKey,
    queryFn: fetchSession,
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    const askAgain = () => void client.invalidateQueries({ queryKey: sessionKey });
    whenSignedOut(askAgain);
    // Moved by another tab or by the command line.
    return onClockJump(() => client.getQueryData(sessionKey) !== undefined && askAgain());
  }, [client]);
  // The app around it asks for the sign-in, and leads back.
  const signedOut = error?.status === 401 && session?.mode === "mounted";
  useEffect(() => {
    if (signedOut) location.reload();
  }, [signedOut]);
  const door = session ? doorOf(session, pathname, href) : null;
  const to = door?.is === "go" ? door.to : null;
  useEffect(() => {
    if (to !== null) go(to, { replace: true });
  }, [to, go]);
  const who = door?.is === "in" ? (session?.user?.id ?? null) : null;
  useEffect(() => {
    if (who === null) return;
    const stop = startLive(client);
    return () => {
      stop();
      // The next person is not to see what this one saw.
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
    };
  }, [client, who]);

  if (error && !session)
    return (
      <Bare title="Stepwell">
        <Failure title="The server does not answer" error={error} retry={() => void refetch()} />
      </Bare>
    );
  if (door === null || door.is === "go") return <Skeleton lines={5} className="page" />;
  if (door.is === "stranger")
    return (
      <Bare title="Not signed in">
        <p className="text-dim">
          This dashboard is part of another app, and that app did not say who you are. Sign in there, then
          come back.
        </p>
      </Bare>
    );
  return door.is === "bare" ? <Outlet /> : <Inside />;
}

function Inside(): ReactNode {
  const { navigation } = usePreferences();
  return (
    <div className="frame" data-navigation={navigation}>
      <a href="#main" className="skip-link" onClick={skip}>
        Skip to content
      </a>
      <Navigation />
      <TopBar />
      <main id="main" tabIndex={-1} className="frame-main">
        <Notices />
        <Outlet />
      </main>
      <FrameKeys />
    </div>
  );
}

/** The address stays as it is: its hash belongs to the page. */
function skip(event: React.MouseEvent): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
