import { apiBase, callNames, openApiPath, routes, streamPath } from "@stepwell/api/dashboard";
import { expect, it } from "vitest";
import { createServer } from "../create-server.ts";
import { createFakeEngine, optionsFor } from "../fixtures/fake-engine.ts";
import { schemas } from "./index.ts";

interface Operation {
  operationId: string;
  summary: string;
  parameters: { name: string; in: string; schema: unknown }[];
  requestBody?: unknown;
  responses: Record<string, unknown>;
}
interface Document {
  openapi: string;
  info: { title: string; version: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
}

async function fetched(): Promise<{ text: string; document: Document }> {
  const server = createServer(optionsFor(createFakeEngine()));
  const response = await server(new Request(`http://localhost${apiBase}${openApiPath}`));
  expect(response.headers.get("content-type")).toBe("application/json");
  const text = await response.text();
  return { text, document: JSON.parse(text) as Document };
}
const templateOf = (path: string) => path.replaceAll(/:(\w+)/g, "{$1}");

it("describes every call of the table, and the stream, and nothing else", async () => {
  const { document } = await fetched();
  expect(document.openapi).toMatch(/^3\.1\./);
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`,
    ),
  );
  const expected = callNames.map((name) => `${name} ${routes[name].method} ${templateOf(routes[name].path)}`);
  expect(described.toSorted()).toEqual([...expected, `stream GET ${streamPath}`].toSorted());
});

it("has schemas for every call: what it answers, and what its query and body hold", async () => {
  const { document } = await fetched();
  expect(Object.keys(schemas).toSorted()).toEqual([...callNames].toSorted());
  for (const name of callNames) {
    const { method, path } = routes[name];
    const operation = document.paths[templateOf(path)]?.[method.toLowerCase()];
    const { query, body } = schemas[name] ?? {};
    expect({ name, body: operation?.requestBody !== undefined }).toEqual({ name, body: body !== undefined });
    const inQuery = operation?.parameters.filter((one) => one.in === "query") ?? [];
    expect({ name, query: inQuery.length > 0 }).toEqual({ name, query: query !== undefined });
    const inPath = operation?.parameters.filter((one) => one.in === "path").map((one) => one.name);
    expect(inPath).toEqual([...path.matchAll(/:(\w+)/g)].map(([, key]) => key));
  }
});

it("refers to nothing that it does not hold", async () => {
  const { text, document } = await fetched();
  for (const [, pointer = ""] of text.matchAll(/"\$ref":"([^"]+)"/g)) {
    const [root, ...parts] = pointer.split("/");
    expect(root).toBe("#");
    expect(
      parts.reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], document),
    ).toBeDefined();
  }
  const used = [...text.matchAll(/"security":(\[[^\]]*\](?:[^\]]*\])*?)/g)];
  expect(used.length).toBeGreaterThan(callNames.length);
  expect(Object.keys(document.components["securitySchemes"] ?? {})).toEqual(["session", "apiKey"]);
});

/** After a change: `npx vitest run --project engine packages/server/dashboard/openapi.test.ts -u`. */
it("is docs/reference/openapi.json", async () => {
  const { document } = await fetched();
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot(
    "../../../docs/reference/openapi.json",
  );
});
