/** The functions of docs/guides/flow-control.md. A test compares the page with this file, and each is recorded. */
import {
  askPartner,
  buildSite,
  charge,
  encodeVideo,
  importFile,
  indexDocument,
  inngest,
  insertRows,
  notify,
  quotePrice,
  resizePhoto,
  sendMail,
  shipParcel,
  writeReport,
} from "./shop.ts";

export const resize = inngest.createFunction(
  { id: "resize", triggers: [{ event: "photo/added" }], concurrency: 2 },
  ({ event, step }) => step.run("resize", () => resizePhoto(event.data.photo)),
);

export const report = inngest.createFunction(
  {
    id: "report",
    triggers: [{ event: "report/asked" }],
    concurrency: [{ limit: 1, key: "event.data.user" }, { limit: 2 }],
  },
  ({ event, step }) => step.run("write", () => writeReport(event.data.user)),
);

const mailServer = { scope: "env", key: "'mail-server'", limit: 1 } as const;

export const welcome = inngest.createFunction(
  { id: "welcome", triggers: [{ event: "user/created" }], concurrency: mailServer },
  ({ event, step }) => step.run("mail", () => sendMail(event.data.user, "Welcome")),
);

export const receipt = inngest.createFunction(
  { id: "receipt", triggers: [{ event: "order/paid" }], concurrency: mailServer },
  ({ event, step }) => step.run("mail", () => sendMail(event.data.user, "Your receipt")),
);

export const importFiles = inngest.createFunction(
  {
    id: "import",
    triggers: [{ event: "file/uploaded" }],
    // The types of the SDK do not know `fn` yet; it sends what you write.
    concurrency: { fn: [{ limit: 1, key: "event.data.user" }] } as never,
  },
  async ({ event, step }) => {
    await step.run("read", () => importFile(event.data.file));
    await step.sleep("let-the-index-settle", "3s");
    await step.run("check", () => importFile(event.data.file));
  },
);

export const stock = inngest.createFunction(
  { id: "stock", triggers: [{ event: "stock/asked" }], throttle: { limit: 2, period: "10s" } },
  ({ event, step }) => step.run("ask", () => askPartner(event.data.sku)),
);

export const digest = inngest.createFunction(
  {
    id: "digest",
    triggers: [{ event: "comment/added" }],
    rateLimit: { limit: 1, period: "10s", key: "event.data.user" },
  },
  ({ event, step }) => step.run("notify", () => notify(event.data.user)),
);

export const pay = inngest.createFunction(
  { id: "pay", triggers: [{ event: "cart/checkout" }], idempotency: "event.data.cart" },
  ({ event, step }) => step.run("charge", () => charge(event.data.cart)),
);

export const index = inngest.createFunction(
  {
    id: "index",
    triggers: [{ event: "doc/edited" }],
    debounce: { period: "5s", timeout: "10s", key: "event.data.doc" },
  },
  ({ event, step }) => step.run("index", () => indexDocument(event.data.doc)),
);

export const store = inngest.createFunction(
  {
    id: "store",
    triggers: [{ event: "page/viewed" }],
    batchEvents: { maxSize: 4, timeout: "6s" },
  },
  ({ events, step }) => step.run("insert", () => insertRows(events.map(({ data }) => data))),
);

export const encode = inngest.createFunction(
  {
    id: "encode",
    triggers: [{ event: "video/added" }],
    concurrency: 1,
    priority: { run: "event.data.plan == 'paid' ? 60 : 0" },
  },
  ({ event, step }) => step.run("encode", () => encodeVideo(event.data.video)),
);

export const sync = inngest.createFunction(
  {
    id: "sync",
    triggers: [{ event: "account/sync" }],
    singleton: { mode: "skip", key: "event.data.account" },
  },
  async ({ event, step }) => {
    await step.run("first-half", () => importFile(event.data.account));
    await step.sleep("be-polite", "2s");
    await step.run("second-half", () => importFile(event.data.account));
  },
);

export const build = inngest.createFunction(
  {
    id: "build",
    triggers: [{ event: "site/changed" }],
    singleton: { mode: "cancel", key: "event.data.site" },
  },
  async ({ event, step }) => {
    await step.sleep("wait-for-more", "3s");
    await step.run("build", () => buildSite(event.data.site));
  },
);

export const ship = inngest.createFunction(
  { id: "ship", triggers: [{ event: "order/packed" }] },
  async ({ event, step }) => {
    await step.run("label", () => shipParcel(event.data.order));
    await step.sleep("until-the-van-comes", "2s");
    await step.run("hand-over", () => shipParcel(event.data.order));
  },
);

export const quote = inngest.createFunction(
  {
    id: "quote",
    triggers: [{ event: "quote/asked" }],
    concurrency: 1,
    timeouts: { start: "5s" },
  },
  ({ event, step }) => step.run("quote", () => quotePrice(event.data.order)),
);
