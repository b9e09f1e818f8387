/** Starts the browser app: preferences first (they colour the page), then the router. */
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { startPreferences } from "./data/preferences.ts";
import { queryClient } from "./data/query-client.ts";
import { router } from "./router.tsx";
import "./styles.css";

startPreferences();
const place = document.getElementById("app");
if (place)
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
