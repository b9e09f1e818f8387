/** Named figures, one a row. In the plain-text part they are lines (see `index.ts`). */
export function Figures({ rows }: { rows: [name: string, value: string][] }) {
  return (
    <table className="figures" cellPadding={0} cellSpacing={0} style={table}>
      <tbody>
        {rows.map(([name, value]) => (
          <tr key={name}>
            <th scope="row" className="faint rule" style={{ ...cell, ...heading }}>
              {name}
            </th>
            <td className="ink rule" style={{ ...cell, ...figure }}>
              {value}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const table = { borderCollapse: "collapse", margin: "12px 0 20px", width: "100%" } as const;
const cell = {
  borderBottom: "1px solid #dde3ea",
  fontSize: 16,
  lineHeight: "24px",
  padding: "8px 0",
  verticalAlign: "top",
} as const;
const heading = { color: "#5b6773", fontWeight: 400, paddingRight: 16, textAlign: "left" } as const;
const figure = { color: "#17202a", fontWeight: 600, textAlign: "right" } as const;
