import { describe, expect, it } from "vitest";
import { readForm } from "./form-post.ts";

const KB = 1_024;
const form = "application/x-www-form-urlencoded";

function post(body: BodyInit, headers: Record<string, string> = {}): Request {
  return new Request("http://127.0.0.1/", { method: "POST", body, headers, duplex: "half" } as RequestInit);
}

describe("a form", () => {
  it("is read, trimmed but for a password", async () => {
    const fields = { name: " Ada ", password: " secret " };
    expect(await readForm(post(new URLSearchParams(fields)))).toEqual({ name: "Ada", password: " secret " });
  });

  it("is empty in a body of another kind, and without one", async () => {
    expect(await readForm(post("{}", { "Content-Type": "application/json" }))).toEqual({});
    expect(await readForm(new Request("http://127.0.0.1/", { method: "POST" }))).toEqual({});
  });

  it("may have 64 KB", async () => {
    const name = "x".repeat(64 * KB - "name=".length);
    expect(await readForm(post(new URLSearchParams({ name })))).toEqual({ name });
  });
});

describe("a form of more than 64 KB is refused", () => {
  async function refused(request: Request): Promise<void> {
    const response = await readForm(request);
    if (!(response instanceof Response)) throw new Error("It was read");
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({ error: "The form is too large: at most 64 KB" });
  }

  it("by what it says of itself", async () => {
    await refused(post("name=x", { "Content-Type": form, "Content-Length": String(64 * KB + 1) }));
  });

  it("by what comes, where it says nothing", async () => {
    const body = new Blob(["x".repeat(64 * KB + 1)]).stream();
    await refused(post(body, { "Content-Type": form }));
  });
});
