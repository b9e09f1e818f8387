import { createTransport } from "nodemailer";
import { afterEach, describe, expect, it } from "vitest";
import { type Catcher, type CaughtMail, startCatcher } from "./catcher.ts";

let catcher: Catcher | undefined;
afterEach(async () => {
  await catcher?.close();
});

const mail = { from: "a@x.example", to: "B@x.example", subject: "Hello", text: "Good morning" };
const connect = (port: number) => createTransport({ host: "127.0.0.1", port });

describe("the mail catcher", () => {
  it("answers only after the mail is kept", async () => {
    const happened: string[] = [];
    const { port } = (catcher = await startCatcher(async () => {
      // A whole conversation on a second line: time enough for an answer that does not wait.
      await connect(port).verify();
      happened.push("kept");
    }));
    await connect(port).sendMail(mail);
    happened.push("answered");
    expect(happened).toEqual(["kept", "answered"]);
  });

  it("refuses what it could not keep", async () => {
    catcher = await startCatcher(() => Promise.reject(new Error("The disk is full")));
    await expect(connect(catcher.port).sendMail(mail)).rejects.toThrow("The disk is full");
  });

  it("hands over who, what, and the headers", async () => {
    const caught: CaughtMail[] = [];
    catcher = await startCatcher(async (one) => void caught.push(one));
    await connect(catcher.port).sendMail({ ...mail, headers: { "X-Kind": "a long one ".repeat(12) } });
    expect(caught).toMatchObject([
      { from: mail.from, to: "b@x.example", subject: "Hello", text: "Good morning\n", html: "" },
    ]);
    expect(caught[0]?.headers["x-kind"]).toBe("a long one ".repeat(12).trim());
  });
});
