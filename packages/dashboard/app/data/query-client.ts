/** The cache of reads. A refusal is not asked again; what could not be reached is, twice. */
import { QueryClient } from "@tanstack/react-query";
import { ApiFailure } from "./call.ts";

export const queryClient: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The server may be on this very machine: being offline says nothing about it.
      networkMode: "always",
      staleTime: 2000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: false,
      refetchOnReconnect: true,
      retry: (count, error) =>
        count < 2 && !(error instanceof ApiFailure && error.status > 0 && error.status < 500),
      retryDelay: (attempt) => 400 * 2 ** attempt,
    },
    mutations: { networkMode: "always", retry: false },
  },
});
