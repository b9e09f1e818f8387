/** A chart that cannot be loaded or drawn takes nothing else with it: the same data is there as a table. */
import { Component, type ReactNode } from "react";

interface PlotBoundaryProps {
  /** Shown instead. */
  fallback: ReactNode;
  children: ReactNode;
}

export class PlotBoundary extends Component<PlotBoundaryProps, { failed: boolean }> {
  override state: { failed: boolean } = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? this.props.fallback : this.props.children;
  }
}
