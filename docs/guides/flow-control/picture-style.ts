/** The colours of the pictures, for light and dark. No rule relies on colour alone: shapes and words say it, too. */
export const style: string = `
    text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2933 }
    .title { font-size: 14px; font-weight: 600 }
    .small { fill: #52606d }
    .end { fill: #a61b29; font-weight: 600 }
    .paper { fill: #ffffff; stroke: #d5dbe1 }
    .grid { stroke: #e9edf1 }
    .axis { stroke: #9aa5b1 }
    .control { stroke: #a8660d; stroke-width: 1.5; stroke-dasharray: 5 3 }
    .verb { fill: #8a5208; font-weight: 600 }
    .event { fill: #1f2933 }
    .lost { fill: #ffffff; stroke: #a61b29; stroke-width: 2 }
    .merged { fill: #ffffff; stroke: #52606d; stroke-width: 2 }
    .works { fill: #2f6fb3 }
    .waits { fill: #d6e5f5; stroke: #8fb4da }
    .sleeps { fill: url(#hatch); stroke: #2f6fb3 }
    .hatch { stroke: #2f6fb3; stroke-width: 1.5 }
    .gathers { stroke: #52606d; stroke-width: 1.5; stroke-dasharray: 2 4 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e4e7eb }
      .small { fill: #a3b1bf }
      .end { fill: #ff8b94 }
      .paper { fill: #0f151d; stroke: #2b3846 }
      .grid { stroke: #1d2733 }
      .axis { stroke: #52606d }
      .control { stroke: #e0a04a }
      .verb { fill: #f0b565 }
      .event { fill: #e4e7eb }
      .lost { fill: #0f151d; stroke: #ff8b94 }
      .merged { fill: #0f151d; stroke: #a3b1bf }
      .works { fill: #4a90d9 }
      .waits { fill: #1c3450; stroke: #3f6593 }
      .sleeps { stroke: #6aa7e6 }
      .hatch { stroke: #6aa7e6 }
      .gathers { stroke: #a3b1bf }
    }
  `;
