import { renderToStaticMarkup } from "react-dom/server";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { sessionCookie } from "@/lib/fixtures/session-cookie.ts";
import { services } from "@/services/index.ts";
import SearchPage from "./page.tsx";

const request = vi.hoisted(() => ({ cookie: "" }));
vi.mock("next/headers", () => ({ headers: async () => new Headers({ cookie: request.cookie }) }));

beforeAll(() => services().ready());

async function pageFor(userId: string, query: Record<string, string>): Promise<string> {
  request.cookie = await sessionCookie(userId);
  return renderToStaticMarkup(await SearchPage({ searchParams: Promise.resolve(query) }));
}

async function findAdminId(): Promise<string> {
  const people = await services().organizations.listPeople("org_northwind");
  return people.find(({ role }) => role === "admin")?.id ?? "";
}

describe("/search", () => {
  it("sends a stranger to the sign-in page, and from there back to the search", async () => {
    request.cookie = "";
    const page = SearchPage({ searchParams: Promise.resolve({ q: "tea & more" }) });
    await expect(page).rejects.toMatchObject({
      digest: expect.stringContaining(`/sign-in?next=${encodeURIComponent("/search?q=tea+%26+more")}`),
    });
  });

  it("shows a member what is in their organization, by kind and with links", async () => {
    const page = await pageFor("usr_ada", { q: "north" });
    expect(page).toContain('href="/organizations/org_northwind"');
    expect([...page.matchAll(/<h2[^>]*>(.*?)<\/h2>/g)].map(([, title]) => title)).toEqual([
      "Organizations",
      "People",
    ]);
    expect(page).toContain("ben@northwind.example");
  });

  it("shows a member nothing of others, and an admin everything", async () => {
    expect(await pageFor("usr_ada", { q: "ines" })).toContain("Nothing found.");
    expect(await pageFor(await findAdminId(), { q: "ines" })).toContain("ines@halyard.example");
  });

  it("keeps what was typed in its box, as text", async () => {
    const page = await pageFor("usr_ada", { q: '"><script>' });
    expect(page).toContain('value="&quot;&gt;&lt;script&gt;"');
    expect(page).not.toContain("<script>");
  });

  it("begins with a hint", async () => {
    const page = await pageFor("usr_ada", {});
    expect(page).toContain("Type the beginning of a word");
    expect(page).not.toContain("Nothing found");
  });
});
