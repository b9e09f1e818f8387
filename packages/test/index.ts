/** The test kit: the real engine with a virtual clock, in the process of your tests. */
export { assertEnded, assertNotRanStep, assertRanStep, describeRun } from "./assertions.ts";
export type { SdkClient } from "./borrow-client.ts";
export type { FaultName } from "./faults.ts";
export { describeFinding, type Finding, type Repeated } from "./findings.ts";
export { matchers, type RunMatchers } from "./matchers.ts";
export type { TestOutcome, TestReason } from "./reasons.ts";
export type { FailOptions, Mock, MockedStep, MockOptions } from "./rules.ts";
export type { StepStatus, TestEvent, TestRun, TestStep } from "./run-view.ts";
export { assertSafe, type SimulateOptions, type SimulationReport, simulate } from "./simulate.ts";
export {
  type AppOptions,
  createWorld,
  type EdgeServe,
  type EventToSend,
  type SendOptions,
  type World,
  type WorldOptions,
} from "./world.ts";
export { WorldError } from "./world-error.ts";
