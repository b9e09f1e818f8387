/**
 * The OpenAPI 3.1 document of the dashboard's API, made from the table of routes and the schemas that the
 * server checks with. What a call answers is described as it goes out, what it takes as it comes in.
 */
import {
  apiBase,
  type CallName,
  callNames,
  csrfHeader,
  openApiPath,
  type Route,
  routes,
  streamPath,
} from "@stepwell/api/dashboard";
import type { SchemasOf } from "@stepwell/api/dashboard/schemas";
import type { Hono } from "hono";
import { z } from "zod";
import type { Given } from "./parse.ts";

type Json = Record<string, unknown>;
export type Schemas = SchemasOf<CallName>;

/** Served to everybody: it holds nothing that the source does not. */
export function registerOpenApi(app: Hono, schemas: Schemas): void {
  let text: string | null = null;
  app.get(`${apiBase}${openApiPath}`, () => {
    text ??= JSON.stringify(openApiDocument(schemas));
    return new Response(text, {
      headers: {
        "content-type": "application/json",
        "cache-control": "no-cache",
        "x-content-type-options": "nosniff",
      },
    });
  });
}

export function openApiDocument(schemas: Schemas): Json {
  const paths: Record<string, Json> = {};
  // Schemas that refer to parts of themselves, as traces and causes of errors do: they need a name.
  const named: Record<string, Json> = {};
  const add = (path: string, method: Route["method"], operation: Json): void => {
    const template = path.replaceAll(/:(\w+)/g, "{$1}");
    paths[template] = { ...paths[template], [method.toLowerCase()]: operation };
  };
  for (const name of callNames) {
    const route = routes[name];
    const answer = answerOf(name, schemas[name].answer, named);
    add(route.path, route.method, operationOf(name, route, schemas[name], answer));
  }
  add(streamPath, "GET", streamOperation);
  return {
    openapi: "3.1.0",
    info: {
      title: "Stepwell dashboard API",
      // Of the API, not of the server.
      version: "1",
      description:
        "What the dashboard uses, and nothing else. Times are ISO in UTC, durations milliseconds. A list goes on with `cursor` = `page.next` of the page before.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: apiBase }],
    paths,
    components: {
      schemas: { ...shared, ...named },
      securitySchemes,
      responses: { Refusal: refusalResponse },
    },
  };
}

function operationOf(name: CallName, route: Route, schemas: Given, answer: Json): Json {
  return {
    operationId: name,
    summary: route.summary,
    tags: [tagOf(route.path)],
    description: rightsOf(route),
    security: securityOf(route),
    parameters: [
      ...[...route.path.matchAll(/:(\w+)/g)].map(([, key = ""]) => ({
        name: key,
        in: "path",
        required: true,
        schema: { type: "string" },
      })),
      ...queryOf(schemas.query),
      ...(route.method === "GET" ? [] : [csrfParameter]),
    ],
    ...(schemas.body !== undefined
      ? { requestBody: { required: true, content: jsonOf(schemaOf(schemas.body, "input")) } }
      : {}),
    responses: {
      200: {
        description: "Done",
        content: jsonOf({
          type: "object",
          required: ["data", "meta"],
          properties: {
            data: answer,
            page: { $ref: "#/components/schemas/Page" },
            meta: { $ref: "#/components/schemas/Meta" },
          },
        }),
      },
      default: { $ref: "#/components/responses/Refusal" },
    },
  };
}

/** A schema's own references begin at its root, which in the document is not the root. */
function answerOf(name: CallName, schema: z.ZodType, named: Record<string, Json>): Json {
  const json = schemaOf(schema, "output");
  const text = JSON.stringify(json);
  if (!text.includes('"$ref":"#')) return json;
  const title = `${name.charAt(0).toUpperCase()}${name.slice(1)}Answer`;
  const here = `#/components/schemas/${title}`;
  named[title] = JSON.parse(text.replaceAll('"$ref":"#', `"$ref":"${here}`)) as Json;
  return { $ref: here };
}

const tagOf = (path: string): string => path.split("/")[1] ?? "";

function rightsOf({ role, scope }: Route): string {
  const people = role === "public" ? "For everybody." : `Needs the role ${role}.`;
  return `${people} ${scope === null ? "Not for API keys." : `An API key needs the scope \`${scope}\`.`}`;
}

function securityOf({ role, scope }: Route): Json[] {
  return [
    ...(role === "public" ? [{}] : []),
    { session: [] },
    ...(scope === null ? [] : [{ apiKey: [scope] }]),
  ];
}

function queryOf(schema: z.ZodType | undefined): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...value }]) => ({
    name,
    in: "query",
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: value,
  }));
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  // `unrepresentable`: a text that is turned into a number is described by the text.
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return json;
}

const jsonOf = (schema: Json): Json => ({ "application/json": { schema } });

const csrfParameter: Json = {
  name: csrfHeader,
  in: "header",
  required: false,
  description: "`csrf` of `GET /session`; with a session required. In dev any value.",
  schema: { type: "string" },
};

const securitySchemes: Json = {
  session: { type: "apiKey", in: "cookie", name: "__Host-stepwell" },
  apiKey: { type: "http", scheme: "bearer", bearerFormat: "swk_…" },
};

const shared: Json = {
  Page: {
    type: "object",
    required: ["next", "limit"],
    properties: {
      next: { type: ["string", "null"], description: "The next `cursor`; null: nothing follows." },
      limit: { type: "integer" },
    },
  },
  Meta: {
    type: "object",
    required: ["asOf"],
    properties: {
      asOf: { type: "string", format: "date-time", description: "The server's time of the answer." },
      searchedTo: {
        type: "string",
        format: "date-time",
        description: "Of a search that stopped at its bound: how far back it has looked.",
      },
    },
  },
  Refusal: {
    type: "object",
    required: ["error"],
    properties: {
      error: {
        type: "object",
        required: ["code", "message", "requestId"],
        properties: {
          code: { type: "string", description: "One of docs/errors.md." },
          message: { type: "string" },
          requestId: { type: "string" },
        },
      },
    },
  },
};

const refusalResponse: Json = {
  description: "Refused; `error.code` says why",
  headers: { "x-request-id": { schema: { type: "string" } } },
  content: jsonOf({ $ref: "#/components/schemas/Refusal" }),
};

const streamOperation: Json = {
  operationId: "stream",
  summary: "What changed, as server-sent events",
  tags: ["stream"],
  description:
    "Needs the role viewer. An API key needs the scope `read`. Events: `hello`, `change` (ids of what changed, never its content) and `reset` (changes were lost). `Last-Event-ID` goes on where a stream broke off.",
  security: [{ session: [] }, { apiKey: ["read"] }],
  parameters: [{ name: "last-event-id", in: "header", required: false, schema: { type: "string" } }],
  responses: {
    200: {
      description: "A stream without end",
      content: { "text/event-stream": { schema: { type: "string" } } },
    },
    default: { $ref: "#/components/responses/Refusal" },
  },
};
