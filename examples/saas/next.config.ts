import { resolve } from "node:path";
import type { NextConfig } from "next";

// The lock file and node_modules live at the repository's root: say so, or Next guesses.
const repositoryRoot = resolve(import.meta.dirname, "../..");

const config: NextConfig = {
  turbopack: {
    root: repositoryRoot,
    // In this repository the package has no build: take its source. Your own app needs no such lines.
    resolveAlias: {
      "stepwell/clock": "../../packages/stepwell/clock/index.ts",
      "stepwell/dashboard": "../../packages/stepwell/dashboard/index.ts",
      "@stepwell/dashboard": "../../packages/dashboard/index.ts",
      "@stepwell/dashboard/assets": "../../packages/dashboard/dist/assets.mjs",
      "@stepwell/api/dashboard": "../../packages/api/dashboard/index.ts",
    },
  },
  outputFileTracingRoot: repositoryRoot,
  // Native parts, packages with their own copy of React, and the SDK, whose error names and
  // stack traces would be minified: leave them to Node.
  serverExternalPackages: [
    "better-auth",
    "better-sqlite3",
    "inngest",
    "@react-pdf/renderer",
    "react-email",
    "nodemailer",
    "smtp-server",
    "mailparser",
  ],
  // For `forbidden()` and app/forbidden.tsx.
  experimental: { authInterrupts: true },
  poweredByHeader: false,
  devIndicators: false,
  async headers() {
    return [
      {
        source: "/:path*",
        headers: [
          { key: "X-Content-Type-Options", value: "nosniff" },
          { key: "Referrer-Policy", value: "same-origin" },
          { key: "X-Frame-Options", value: "SAMEORIGIN" },
        ],
      },
    ];
  },
};

export default config;
