/** How the server is, renewed while one looks. */
import type { SystemHealth } from "@stepwell/api/dashboard";
import type { ReactNode } from "react";
import { useCall } from "../../data/api.ts";
import { formatAbsolute, formatBytes, formatDuration, useZone } from "../../data/time.tsx";
import { Card } from "../../parts/card.tsx";
import { Definition } from "../../parts/definition.tsx";
import { Meter } from "../../parts/meter.tsx";
import { Failure, Skeleton } from "../../parts/states.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";

export function HealthSection(): ReactNode {
  const health = useCall("getHealth", {}, { everyMs: 5000 });
  if (health.data === undefined)
    return health.error ? (
      <Failure error={health.error} retry={() => void health.refetch()} />
    ) : (
      <Skeleton lines={6} />
    );
  return (
    <>
      <Failure
        inline
        title="The last look failed; this is older"
        error={health.error}
        retry={() => void health.refetch()}
      />
      <Shown health={health.data.data} />
    </>
  );
}

function Shown({ health }: { health: SystemHealth }): ReactNode {
  const zone = useZone();
  const { store, calls, clock, eventLoopDelayMs: delay } = health;
  const kinds = { sqlite: "SQLite", postgres: "PostgreSQL", memory: "Memory: gone with the process" };
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Card title="Server" actions={<StatusBadge status={health.status} />}>
        <Definition
          items={[
            { term: "Version", value: health.version },
            { term: "Node", value: health.node },
            { term: "Mode", value: health.mode === "dev" ? "Development" : "Production (start)" },
            {
              term: "Up for",
              value: <span className="tabular-nums">{formatDuration(health.uptimeMs)}</span>,
            },
            {
              term: "Clock",
              value: (
                <span className="tabular-nums">
                  {formatAbsolute(clock.now, zone)}
                  {clock.offsetMs > 0 && `, moved forward by ${formatDuration(clock.offsetMs)}`}
                </span>
              ),
            },
          ]}
        />
      </Card>
      <Card
        title="Store"
        actions={
          store.trouble === null ? (
            <StatusBadge status="ok" />
          ) : (
            <StatusBadge status="failed" word="Trouble" />
          )
        }
      >
        <Definition
          items={[
            { term: "Kind", value: kinds[store.kind] },
            { term: "Size", value: store.bytes === null ? "–" : formatBytes(store.bytes) },
            { term: "Trouble", value: store.trouble ?? "none" },
          ]}
        />
      </Card>
      <Card title="Calls to apps" note="Function calls that this server waits for now">
        <Meter label="Calls in flight" used={calls.inFlight} limit={calls.most} />
      </Card>
      <Card title="Process" note="How busy this one process is">
        <Definition
          items={[
            {
              term: "Event loop delay",
              value: (
                <span className="tabular-nums">
                  {formatDuration(delay.p50)} median, {formatDuration(delay.p99)} at worst (p99), over the
                  last minute
                </span>
              ),
            },
            {
              term: "Memory",
              value: <span className="tabular-nums">{formatBytes(health.memoryBytes)}</span>,
            },
          ]}
        />
      </Card>
    </div>
  );
}
