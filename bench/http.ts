/** The smallest HTTP client: keep-alive, JSON, and little that costs time beside what is measured. */
import { Agent, request } from "node:http";

const agent = new Agent({ keepAlive: true, maxSockets: 256 });

export interface Reply {
  status: number;
  text: string;
}

export function get(url: string, headers: Record<string, string> = {}): Promise<Reply> {
  return send("GET", url, headers, "");
}

/** @throws Error when the answer is not a 2xx */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const reply = await send(
    "POST",
    url,
    { ...headers, "content-type": "application/json" },
    JSON.stringify(body),
  );
  if (reply.status < 200 || reply.status > 299)
    throw new Error(`${url} answered ${reply.status}: ${reply.text.slice(0, 500)}`);
  return reply;
}

export function send(
  method: string,
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const length = body === "" ? {} : { "content-length": Buffer.byteLength(body) };
    const sent = request(url, { method, agent, headers: { ...headers, ...length } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
      );
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
