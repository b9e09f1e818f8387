import { expect, test } from "vitest";
import { failureOfOutput, readFailure } from "./failure.ts";
import { parseStack, shortPlace } from "./stack.ts";

const stack = `CardDeclined: 402
second line of the message, at noon
    at charge (/srv/app/billing.ts:88:11)
    at async Object.fn (file:///srv/app/jobs/invoice (copy).ts:12:3)
    at async Promise.all (index 0)
    at /srv/app/node_modules/inngest/components/execution/v1.js:512:20
    at new Step (C:\\srv\\node_modules\\.pnpm\\x\\index.js:1:2)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)
    at Array.map (<anonymous>)
    at async file:///srv/app/main.ts:3:1`;

test("the app's own frames come first, those of packages and the runtime apart", () => {
  const { app, others } = parseStack(stack);
  expect(app.map(({ fn, place }) => [fn, place])).toEqual([
    ["charge", "/srv/app/billing.ts:88:11"],
    ["async Object.fn", "file:///srv/app/jobs/invoice (copy).ts:12:3"],
    ["async Promise.all", "index 0"],
    ["async", "file:///srv/app/main.ts:3:1"],
  ]);
  expect(others.map(({ kind }) => kind)).toEqual(["package", "package", "runtime", "runtime"]);
});

test("Firefox and Safari stacks are read, too", () => {
  const { app } = parseStack(
    "charge@https://app.example/billing.js:88:11\n@https://app.example/main.js:3:1\n",
  );
  expect(app.map(({ fn }) => fn)).toEqual(["charge", null]);
});

test.each(["", "no frames at all", "at ", "at", "@", "(".repeat(10_000), `at ${"a (".repeat(5_000)})`])(
  "hostile text is read without trouble (%#)",
  (text) => {
    const from = performance.now();
    const { app, others } = parseStack(text);
    expect(app.length + others.length).toBeLessThanOrEqual(1);
    expect(performance.now() - from).toBeLessThan(200);
  },
);

test("no more frames are read than anybody looks at", () => {
  const { app } = parseStack("    at f (/srv/a.ts:1:1)\n".repeat(100_000));
  expect(app).toHaveLength(200);
});

test("a place is shown by its end", () => {
  expect(shortPlace("file:///home/ana/work/shop/app/jobs/billing.ts:88:11")).toBe(
    "app/jobs/billing.ts:88:11",
  );
  expect(shortPlace("/srv/node_modules/@scope/pkg/dist/x.js:1:2")).toBe("@scope/pkg/dist/x.js:1:2");
  expect(shortPlace("C:\\app\\x.ts:1:2")).toBe("C:/app/x.ts:1:2");
});

test("an error is read with its causes, whatever was thrown", () => {
  expect(readFailure({ name: "A", message: "a", stack: "s", cause: { message: "b", cause: "c" } })).toEqual({
    name: "A",
    message: "a",
    stack: "s",
    cause: {
      name: "Error",
      message: "b",
      stack: null,
      cause: { name: "Error", message: "c", stack: null, cause: null },
    },
  });
  expect(readFailure("just text").message).toBe("just text");
  expect(readFailure({ code: 402 }).message).toBe("");
  expect(readFailure(null).message).toBe("null");
  expect(readFailure({ message: { deep: true } }).message).toBe('{"deep":true}');
  expect(failureOfOutput({ data: 1 })).toBeNull();
  expect(failureOfOutput({ error: { message: "x" } })?.message).toBe("x");
});

test("a chain of causes ends", () => {
  const circle: { message: string; cause?: unknown } = { message: "again" };
  circle.cause = circle;
  let depth = 0;
  for (let at: ReturnType<typeof readFailure> | null = readFailure(circle); at !== null; at = at.cause)
    depth += 1;
  expect(depth).toBe(11);
});
