import { afterEach, expect, it } from "vitest";
import { ListenError, type Listening, listen } from "./listen.ts";

const open: Listening[] = [];
const answer = async () => new Response("hello");
async function on(port: number, tryNext: boolean): Promise<Listening> {
  const listening = await listen(answer, { host: "127.0.0.1", port, tryNext });
  open.push(listening);
  return listening;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((listening) => listening.close(0)));
});

it("takes the next free port when it may", async () => {
  const first = await on(0, false);
  const second = await on(first.port, true);
  expect(second.port).toBeGreaterThan(first.port);
  expect(await (await fetch(second.url)).text()).toBe("hello");
});

it("refuses a busy port otherwise and says what to do", async () => {
  const first = await on(0, false);
  const refused = on(first.port, false);
  await expect(refused).rejects.toThrow(ListenError);
  await expect(refused).rejects.toThrow(/is in use.*--port/s);
});

it("closes at once when nothing is under way, and frees the port", async () => {
  const { port, url, close } = await on(0, false);
  await (await fetch(url)).text();
  await close();
  open.length = 0;
  expect((await on(port, false)).port).toBe(port);
});
