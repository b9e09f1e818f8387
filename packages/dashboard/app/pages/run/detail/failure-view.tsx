/** An error: its name and message, where it was thrown in the app, what caused it, and all of it as it came. */
import { type ReactNode, useMemo } from "react";
import { Copy } from "../../../parts/copy.tsx";
import { JsonTree } from "../../../parts/json-tree.tsx";
import type { Failure } from "./failure.ts";
import { type Frame, parseStack, shortPlace } from "./stack.ts";

export function FailureView({ failure, raw }: { failure: Failure; raw?: unknown }): ReactNode {
  const causes: Failure[] = [];
  for (let at = failure.cause; at !== null; at = at.cause) causes.push(at);
  return (
    <div className="flex flex-col gap-4">
      <OneFailure failure={failure} />
      {causes.map((cause, index) => (
        <div key={index} className="failure-cause">
          <p className="mb-1 text-xs font-medium text-dim">Caused by</p>
          <OneFailure failure={cause} />
        </div>
      ))}
      {raw !== undefined && raw !== null && (
        <details>
          <summary className="failure-summary">Raw error</summary>
          <JsonTree value={raw} label="Error" root="error" />
        </details>
      )}
    </div>
  );
}

function OneFailure({ failure }: { failure: Failure }): ReactNode {
  const { name, message, stack } = failure;
  const { app, others } = useMemo(() => parseStack(stack ?? ""), [stack]);
  return (
    <div className="min-w-0">
      <p className="failure-name">
        <bdi>{name}</bdi>
        <Copy text={stack ?? `${name}: ${message}`} label="Copy the error" />
      </p>
      {message !== "" && (
        <p dir="auto" className="failure-message">
          {message}
        </p>
      )}
      {app.length > 0 && <Frames frames={app} label="Frames of the app" />}
      {others.length > 0 && (
        <details className="mt-1" open={app.length === 0}>
          <summary className="failure-summary">
            {others.length} {others.length === 1 ? "frame" : "frames"} in packages and the runtime
          </summary>
          <Frames frames={others} label="Frames of packages and the runtime" />
        </details>
      )}
      {stack !== null && app.length + others.length > 0 && (
        <details className="mt-1">
          <summary className="failure-summary">Stack as it came</summary>
          <pre className="failure-raw">{stack}</pre>
        </details>
      )}
      {stack !== null && app.length + others.length === 0 && stack !== message && (
        <pre className="failure-raw">{stack}</pre>
      )}
    </div>
  );
}

function Frames({ frames, label }: { frames: readonly Frame[]; label: string }): ReactNode {
  return (
    <ol className="failure-frames" aria-label={label}>
      {frames.map((frame, index) => (
        <li key={index} data-kind={frame.kind} title={frame.text}>
          <span className="text-ink">{frame.fn ?? "(anonymous)"}</span>{" "}
          {frame.place !== null && <span className="text-dim">{shortPlace(frame.place)}</span>}
        </li>
      ))}
    </ol>
  );
}
