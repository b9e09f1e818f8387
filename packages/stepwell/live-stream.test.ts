import { apiBase } from "@stepwell/api/dashboard";
import { startStepwell } from "stepwell";
import { expect, it } from "vitest";

it("ends open streams when it stops, instead of waiting for them", async () => {
  const stepwell = await startStepwell({ mode: "dev", inMemory: true, port: 0, discovery: false });
  const stream = await fetch(`${stepwell.url}${apiBase}/stream`);
  const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
  const read = async () => {
    for (;;) if ((await reader.read()).done) return "ended";
  };
  const ended = read();
  await stepwell.close();
  expect(await ended).toBe("ended");
});
