/** What there is to look at: each page with something on it, and with nothing. */
import type { Page } from "playwright-core";
import type { Place } from "./place.ts";
import type { Seeded, WaitingAt } from "./seed.ts";

type At = Pick<Place, "url" | "clock" | "send">;

/** The servers that are looked at. */
export interface Places {
  /** With two days of work. */
  place: At;
  /** Without an app. */
  empty: At;
  /** That asks for sign-in. */
  locked: At;
  /** That has no admin yet. */
  fresh: At;
}

export interface Scene {
  name: string;
  path: string;
  place: At;
  /** Before the page is opened. */
  prepare?: (page: Page) => Promise<unknown>;
  /** Brings the page into the state to look at. */
  act?: (page: Page, width: number) => Promise<unknown>;
  /** It stays as it is while it loads. */
  loads?: boolean;
  /** Console errors that belong to it. */
  expected?: RegExp;
  /** Shown in README or docs. */
  docs?: boolean;
}

const api = (name: RegExp) => (url: URL) => name.test(url.pathname.split("/api/stepwell/v1")[1] ?? "");
const answersNever = (page: Page, name: RegExp) => page.route(api(name), () => {});
const fails = (page: Page, name: RegExp) =>
  page.route(api(name), (route) =>
    route.fulfill({
      status: 503,
      json: {
        error: {
          code: "store_unavailable",
          message: "The store does not answer: the disk is full",
          requestId: "01M86FYZ80AM215FNTZFC0VRN4",
        },
      },
    }),
  );

/** The runs of the first page, again and again. */
async function manyRuns(page: Page): Promise<void> {
  await page.route(api(/^\/runs$/), async (route) => {
    const response = await route.fetch();
    const { data, meta } = (await response.json()) as { data: { id: string }[]; meta: object };
    const rows = Array.from({ length: 10_000 }, (_, at) => ({
      ...data[at % data.length],
      id: `01M86FYZ80${String(at).padStart(16, "0")}`,
    }));
    await route.fulfill({ json: { data: rows, page: { next: null }, meta } });
  });
}

/** Charts come by themselves, a little later than the rest. */
const drawn = (page: Page) => page.locator("figure canvas").last().waitFor({ state: "attached" });

export function scenesOf(seeded: Seeded, { place, empty, locked, fresh }: Places): Scene[] {
  const scene = (name: string, path: string, more: Partial<Scene> = {}): Scene => ({
    name,
    path,
    place,
    ...more,
  });
  const gates = Object.entries(seeded.waiting) as [WaitingAt, string][];
  return [
    scene("overview", "/", { act: drawn, docs: true }),
    scene("runs", "/runs", { docs: true }),
    scene("runs-failed", "/runs?q=status%3Afailed"),
    scene("runs-none", "/runs?q=status%3Afailed%20function%3Anothing"),
    scene("run-completed", `/runs/${seeded.completed}`),
    scene("run-failed", `/runs/${seeded.failed}`),
    scene("run-long", `/runs/${seeded.long}`),
    scene("run-skipped", `/runs/${seeded.skipped}`),
    ...gates.map(([gate, run]) =>
      scene(`run-waits-${gate}`, `/runs/${run}`, gate === "concurrency" ? { docs: true } : {}),
    ),
    scene("events", "/events"),
    scene("event", `/events/${seeded.failedEvent}`),
    scene("event-send", "/events?send=shop%2Forder.placed"),
    scene("functions", "/functions"),
    scene("function", "/functions/shop-fulfil-order", { act: drawn }),
    scene("function-limits", "/functions/shop-sync-crm?tab=limits"),
    scene("function-config", "/functions/shop-sync-crm?tab=config"),
    scene("function-errors", "/functions/shop-fulfil-order?tab=errors"),
    scene("schedules", "/schedules"),
    scene("apps", "/apps"),
    scene("bulk", "/bulk"),
    scene("settings-keys", "/settings/keys"),
    scene("settings-users", "/settings/users"),
    scene("settings-audit", "/settings/audit"),
    scene("settings-health", "/settings/health"),
    scene("settings-account", "/settings/account"),
    scene("not-found", "/there/is/nothing"),
    scene("sign-in", "/sign-in", { place: locked, expected: /status of 401/ }),
    scene("set-up", "/set-up#token=of-the-log", { place: fresh, expected: /status of 403/ }),
    scene("set-up-needed", "/", { place: fresh, expected: /status of 403/ }),
    scene("runs-10000", "/runs", {
      prepare: manyRuns,
      act: async (page) => {
        await page.getByTestId("run-row").first().waitFor();
        await page.evaluate(() => scrollTo({ top: 200_000 }));
        await page.getByTestId("run-row").first().waitFor();
      },
    }),
    ...(
      [
        ["overview", "/", /^\/overview/],
        ["runs", "/runs", /^\/runs$/],
        ["run", `/runs/${seeded.completed}`, /^\/runs\/\w+$/],
        ["functions", "/functions", /^\/functions$/],
      ] as const
    ).flatMap(([name, path, call]) => [
      scene(`loading-${name}`, path, { prepare: (page) => answersNever(page, call), loads: true }),
      scene(`error-${name}`, path, {
        prepare: (page) => fails(page, call),
        act: (page) => page.getByText("The store does not answer").first().waitFor(),
        expected: /status of 503/,
      }),
    ]),
    scene("error-later", "/runs", {
      act: async (page) => {
        await page.getByTestId("run-row").first().waitFor();
        await fails(page, /^\/runs$/);
        await page.locator('[data-testid="live-state"][data-state="live"]').waitFor({ state: "attached" });
        await place.send({ name: "nobody/listens.either", data: {} }, { name: "report/requested", data: {} });
        await page.getByText("The list is not up to date").waitFor();
      },
      expected: /status of 503/,
    }),
    scene("keys", "/runs", {
      act: async (page) => {
        await page.getByTestId("run-row").first().waitFor();
        await page.keyboard.press("?");
        await page.getByRole("dialog", { name: "Keys" }).waitFor();
      },
    }),
    scene("palette", "/", {
      act: async (page) => {
        await page.keyboard.press("ControlOrMeta+k");
        await page.getByRole("dialog").getByRole("combobox").waitFor();
      },
    }),
    scene("rerun", `/runs/${seeded.failed}`, {
      act: async (page) => {
        await page.getByRole("button", { name: "Rerun from step" }).click();
        await page.getByTestId("rerun-drawer").locator(".cm-content").waitFor();
      },
      docs: true,
    }),
    scene("bulk-preview", "/runs?q=status%3Arunning", {
      act: async (page) => {
        await page.getByTestId("run-row").first().waitFor();
        await page.getByRole("checkbox").nth(1).check();
        await page
          .getByRole("region", { name: "Chosen runs" })
          .getByRole("button", { name: "Cancel…" })
          .click();
        await page.getByTestId("bulk-total").waitFor();
      },
    }),
    scene("run-step", `/runs/${seeded.failed}`, {
      act: async (page, width) => {
        await page.getByRole("button", { name: width < 500 ? /Go to step/ : "Go to step" }).click();
        await page.getByTestId("detail-panel").waitFor();
      },
      docs: true,
    }),
    ...["overview:/", "runs", "events", "functions", "schedules", "apps", "bulk"].map((text) => {
      const [name = "", path = `/${name}`] = text.split(":");
      return scene(`empty-${name}`, path, { place: empty });
    }),
  ];
}
