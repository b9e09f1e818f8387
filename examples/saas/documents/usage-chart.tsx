/** A bar chart from plain shapes: grid, bars, and as many labels as have room. */
import { G, Line, Rect, Svg, Text } from "@react-pdf/renderer";
import { fontFamily } from "./fonts.ts";
import type { Bar } from "./report-data.ts";

const WIDTH = 515;
const HEIGHT = 200;
const plot = { left: 52, right: WIDTH - 4, top: 8, bottom: HEIGHT - 22 };
const GRID_LINES = 4;

export function UsageChart({ bars, say }: { bars: Bar[]; say: (value: number) => string }) {
  const highest = roundUp(Math.max(1, ...bars.map(({ value }) => value)));
  const slot = (plot.right - plot.left) / Math.max(1, bars.length);
  const yOf = (value: number) => plot.bottom - (value / highest) * (plot.bottom - plot.top);
  const everyNth = Math.ceil(bars.length / 8);
  return (
    <Svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`}>
      {Array.from({ length: GRID_LINES + 1 }, (_, step) => {
        const value = (highest / GRID_LINES) * step;
        const y = yOf(value);
        return (
          <G key={value}>
            <Line x1={plot.left} x2={plot.right} y1={y} y2={y} stroke="#dde3ea" strokeWidth={0.6} />
            <Text x={plot.left - 6} y={y + 3} textAnchor="end" style={label}>
              {say(value)}
            </Text>
          </G>
        );
      })}
      {bars.map(({ from, value }, index) => {
        const x = plot.left + index * slot;
        return (
          <G key={from}>
            <Rect
              x={x + slot * 0.15}
              y={yOf(value)}
              width={slot * 0.7}
              height={plot.bottom - yOf(value)}
              fill="#0b6e63"
            />
            {index % everyNth === 0 ? (
              <Text x={x + slot / 2} y={plot.bottom + 13} textAnchor="middle" style={label}>
                {from.slice(5)}
              </Text>
            ) : (
              ""
            )}
          </G>
        );
      })}
    </Svg>
  );
}

const label = { fontFamily, fontSize: 7, fill: "#5b6773" };

/** 4711 → 5000: the next 1, 2, 2.5 or 5 with zeros, so that the grid has round numbers. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 2.5, 5, 10].find((step) => step * power >= value) ?? 10);
}
