import Link from "next/link";
import type { ReactNode } from "react";
import { currentUser, type User } from "@/lib/session.ts";
import { services } from "@/services/index.ts";

/** The links at the top: those that lead somewhere for who is asking. */
export async function MainNav() {
  const user = await currentUser();
  const { mailboxShown } = services().config;
  return (
    <nav
      aria-label="Main"
      className="mx-auto flex max-w-4xl flex-wrap items-center gap-x-6 gap-y-2 px-5 py-4"
    >
      <Link
        href="/"
        prefetch={false}
        className="mr-auto text-lg font-bold text-brand-700 dark:text-brand-300"
      >
        Tallyho
      </Link>
      {user && <UserLinks user={user} />}
      {mailboxShown && <NavLink href="/dev/mailbox">Mailbox</NavLink>}
      {user ? <SignOut name={user.name} /> : <GuestLinks />}
    </nav>
  );
}

function UserLinks({ user }: { user: User }) {
  const isAdmin = user.role === "admin";
  return (
    <>
      <NavLink href="/">{isAdmin ? "Organizations" : "Home"}</NavLink>
      <NavLink href="/search">Search</NavLink>
      {isAdmin && <NavLink href="/admin/jobs">Scheduled jobs</NavLink>}
      <NavLink href="/settings">Settings</NavLink>
    </>
  );
}

function GuestLinks() {
  return (
    <>
      <NavLink href="/sign-in">Sign in</NavLink>
      <NavLink href="/sign-up">Sign up</NavLink>
    </>
  );
}

function SignOut({ name }: { name: string }) {
  return (
    <form action="/api/sign-out" method="post" className="flex items-center gap-x-3">
      <span className="max-w-40 truncate text-sm text-slate-600 dark:text-slate-400">{name}</span>
      <button type="submit" className="text-sm font-medium hover:underline">
        Sign out
      </button>
    </form>
  );
}

function NavLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} prefetch={false} className="text-sm font-medium hover:underline">
      {children}
    </Link>
  );
}
