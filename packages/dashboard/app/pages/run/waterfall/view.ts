/** Which part of the axis is looked at, as places from 0 to 1: zooming and moving. */
export interface View {
  start: number;
  end: number;
}

export const wholeView: View = { start: 0, end: 1 };
/** A thousandth of a second in a day can still be looked at. */
const LEAST_WIDTH = 1e-7;

/** @param factor over 1 looks closer. @param around the place that stays where it is. */
export function zoom(view: View, factor: number, around: number = (view.start + view.end) / 2): View {
  const width = Math.min(1, Math.max(LEAST_WIDTH, (view.end - view.start) / factor));
  const share = (around - view.start) / (view.end - view.start);
  return within(around - width * share, width);
}

/** @param by share of what is seen; below 0 moves to earlier times. */
export function move(view: View, by: number): View {
  const width = view.end - view.start;
  return within(view.start + width * by, width);
}

/** Looks at what lies between two places, in any order. */
export function lookAt(one: number, other: number): View {
  const start = Math.min(one, other);
  return within(start, Math.max(LEAST_WIDTH, Math.abs(other - one)));
}

/** Moved so that a place can be seen. */
export function reveal(view: View, start: number, end: number): View {
  if (end >= view.start && start <= view.end) return view;
  const width = view.end - view.start;
  return within((start + Math.min(end, start + width)) / 2 - width / 2, width);
}

export function isWhole(view: View): boolean {
  return view.start <= 0 && view.end >= 1;
}

function within(start: number, width: number): View {
  const wide = Math.min(1, width);
  const from = Math.min(Math.max(0, start), 1 - wide);
  return { start: from, end: from + wide };
}
