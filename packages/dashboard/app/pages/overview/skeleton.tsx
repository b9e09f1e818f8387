/** The layout of the overview while its numbers are on their way. */
import { Skeleton } from "../../parts/states.tsx";

export function OverviewSkeleton() {
  return (
    <div className="flex flex-col gap-4">
      <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
        {["running", "queued", "failed", "wait"].map((tile) => (
          <div key={tile} className="card">
            <Skeleton lines={3} />
          </div>
        ))}
      </div>
      <div className="grid gap-4 xl:grid-cols-2">
        {["throughput", "latency"].map((chart) => (
          <div key={chart} className="card min-h-[330px]">
            <Skeleton lines={5} />
          </div>
        ))}
      </div>
    </div>
  );
}
