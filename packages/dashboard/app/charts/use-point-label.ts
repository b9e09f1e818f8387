/** The words for the time of a point, in the viewer's zone. */
import type { Series } from "@stepwell/api/dashboard";
import { useMemo } from "react";
import { useZone, zoneName } from "../data/time.tsx";
import { pointLabels } from "./axis.ts";

export function usePointLabel({ points, stepMs }: Series): (iso: string) => string {
  const zone = zoneName(useZone());
  const spanMs = points.length * stepMs;
  return useMemo(() => pointLabels(zone, stepMs, spanMs), [zone, stepMs, spanMs]);
}
