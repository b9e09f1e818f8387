import { parseFilter } from "@stepwell/api/dashboard";
import { expect, test } from "vitest";
import { chipsOf, valuesOf, withoutChip, withToggled, withValues } from "./chips.ts";
import { suggest } from "./suggest.ts";

const text = 'status:failed,cancelled -app:demo since:24h event.data.plan:"a b" refused';

test("each term is a chip that can be taken away from the text", () => {
  const chips = chipsOf(text);
  expect(chips.map(({ name, not, value }) => `${not ? "not " : ""}${name}=${value}`)).toEqual([
    "Status=failed or cancelled",
    "not App=demo",
    "Since=24h",
    "event.data.plan=a b",
    "=refused",
  ]);
  for (const chip of chips) {
    const rest = withoutChip(text, chip);
    expect(parseFilter(rest).filter.terms).toHaveLength(4);
    expect(parseFilter(rest).errors).toEqual([]);
  }
});

test("a term with an error is a chip that says what is wrong, and the others stay", () => {
  const [good, bad] = chipsOf("since:1h status:fialed");
  expect(good?.error).toBeNull();
  expect(bad).toMatchObject({ value: "status:fialed", error: expect.stringContaining("fialed") });
  expect(withoutChip("since:1h status:fialed", bad ?? { from: 0, to: 0 })).toBe("since:1h");
});

test("a menu changes its own field only, and keeps what cannot be read", () => {
  expect(withToggled("boom", "status", "failed")).toBe("boom status:failed");
  expect(withToggled("status:failed boom", "status", "queued")).toBe("boom status:failed,queued");
  expect(withToggled("status:failed boom", "status", "failed")).toBe("boom");
  expect(withToggled("nosuch:1 -status:failed", "status", "failed")).toBe(
    "nosuch:1 -status:failed status:failed",
  );
  expect(withValues("status:failed since:1h status:queued", "status", [])).toBe("since:1h");
  expect(valuesOf("status:failed status:queued -status:running", "status")).toEqual(["failed", "queued"]);
});

test.each([
  '<img src=x onerror="x">',
  "__proto__:1",
  "constructor:x",
  '"',
  "\\",
  "-",
  ":",
  "שלום",
  `${"a:".repeat(900)}`,
])("hostile text %j gives chips that can be taken away", (hostile) => {
  let left = hostile;
  for (let chips = chipsOf(left); chips.length > 0; chips = chipsOf(left)) {
    const [chip] = chips;
    if (chip === undefined) break;
    const next = withoutChip(left, chip);
    expect(next.length).toBeLessThan(left.length);
    left = next;
  }
});

const known = {
  functions: ["billing-charge", "crm sync", "x-billing"],
  apps: ["demo"],
  events: ["user/created"],
};
const offered = (written: string) =>
  suggest(written, written.length, known).options.map(({ insert }) => insert);

test("fields are offered while a word is written, values after the colon", () => {
  expect(offered("sta")).toEqual(["status:"]);
  expect(offered("status:failed -fun")).toEqual(["-function:"]);
  expect(offered("function:bil")).toEqual(["function:billing-charge ", "function:x-billing "]);
  expect(offered("function:crm")).toEqual(['function:"crm sync" ']);
  expect(offered("status:failed,can")).toEqual(["status:failed,cancelled "]);
  expect(offered("status:failed")).toEqual([]);
  expect(offered('event.data.x:"a ')).toEqual([]);
  expect(suggest("a sta b", 5, known)).toMatchObject({ from: 2, to: 5 });
});

test("what is put in can be read", () => {
  for (const insert of [
    ...offered("function:"),
    ...offered("event:"),
    ...offered("since:"),
    ...offered("duration:"),
  ])
    expect(parseFilter(insert).errors).toEqual([]);
});
