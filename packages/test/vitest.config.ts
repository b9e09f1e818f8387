import { defineConfig, type ViteUserConfig } from "vitest/config";

const conditions = ["stepwell-source"];

const config: ViteUserConfig = defineConfig({
  root: import.meta.dirname,
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { name: "test-kit", include: ["**/*.test.ts"], environment: "node", testTimeout: 30_000 },
});
export default config;
