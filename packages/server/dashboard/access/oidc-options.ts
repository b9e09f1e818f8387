/** What the operator says of the identity provider, and how the sign-in page is told. */
import { apiBase, type Role } from "@stepwell/api/dashboard";

export interface OidcOptions {
  /** `https://login.example.com/realm`; http on loopback only. */
  issuer: string;
  clientId: string;
  /** Null: a public client, which PKCE alone proves. */
  clientSecret: string | null;
  /** Claim of the ID token that holds groups or roles, like `groups`; null: roles are given here by admins. */
  roleClaim: string | null;
  /** Role by value of that claim; the words viewer, operator and admin need no entry. */
  roles: Readonly<Record<string, Role>>;
  /** Of who has none by the claim; null: they may not sign in. */
  defaultRole: Role | null;
  /** Domains of verified e-mail addresses that may sign in; empty: all. */
  emailDomains: readonly string[];
  /** Name of the provider on the button. */
  label: string;
}

export const oidcPaths: { readonly start: string; readonly callback: string } = {
  start: `${apiBase}/oidc/start`,
  callback: `${apiBase}/oidc/callback`,
};

/** Null: there is no identity provider. */
export function oidcSignIn(oidc: OidcOptions | undefined): { label: string; href: string } | null {
  return oidc === undefined ? null : { label: oidc.label, href: oidcPaths.start };
}
