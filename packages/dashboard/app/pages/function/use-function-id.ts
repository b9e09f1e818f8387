/** The function that the address names. */
import { useParams } from "@tanstack/react-router";

export function useFunctionId(): string {
  return (useParams({ strict: false }) as { id?: string }).id ?? "";
}
