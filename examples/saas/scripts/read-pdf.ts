/** Reads a PDF back, as the demo and the tests check it: its lines of text, and what is drawn. */
import { getDocument, OPS } from "pdfjs-dist/legacy/build/pdf.mjs";

export type PdfPage = {
  /** Top to bottom; the pieces of a line from left to right. */
  lines: string[][];
  /** The colour of every filled shape, such as a bar of the chart. */
  fills: string[];
};

export async function readPdf(bytes: Uint8Array): Promise<PdfPage[]> {
  const task = getDocument({ data: Uint8Array.from(bytes), verbosity: 0, useSystemFonts: true });
  try {
    const document = await task.promise;
    const pages: PdfPage[] = [];
    for (let number = 1; number <= document.numPages; number++) {
      const page = await document.getPage(number);
      const operators = await page.getOperatorList();
      const { items } = await page.getTextContent();
      pages.push({
        lines: toLines(items.flatMap((item) => ("str" in item && item.str.trim() ? [item] : []))),
        fills: listFills(operators),
      });
    }
    return pages;
  } finally {
    await task.destroy();
  }
}

export type Table = { rows: number[][]; total: number[] };

/** The day-by-day table: its figures, and those of its last row. */
export function readUsageTable(pages: PdfPage[]): Table {
  const lines = pages.flatMap((page) => page.lines);
  const toFigures = (line: string[]) => line.slice(1).map((cell) => Number(cell.replace(/[$,]/g, "")));
  const total = lines.find(([first]) => first === "Total") ?? [];
  const days = lines.filter(([first = ""]) => /^\d{4}-\d{2}-\d{2}$/.test(first));
  return { rows: days.map(toFigures), total: toFigures(total) };
}

/** Follows the colour through save and restore; a path names how it is painted first. */
function listFills({ fnArray, argsArray }: { fnArray: number[]; argsArray: unknown[][] }): string[] {
  const saved: string[] = [];
  const fills: string[] = [];
  let colour = "#000000";
  fnArray.forEach((op, index) => {
    const [first] = argsArray[index] ?? [];
    if (op === OPS.save) saved.push(colour);
    else if (op === OPS.restore) colour = saved.pop() ?? colour;
    else if (op === OPS.setFillRGBColor) colour = String(first);
    else if (op === OPS.constructPath && first === OPS.fill) fills.push(colour);
  });
  return fills;
}

type Piece = { str: string; transform: number[] };

function toLines(pieces: Piece[]): string[][] {
  const byHeight = new Map<number, Piece[]>();
  for (const piece of pieces) {
    const height = Math.round(piece.transform[5] ?? 0);
    byHeight.set(height, [...(byHeight.get(height) ?? []), piece]);
  }
  const across = (piece: Piece) => piece.transform[4] ?? 0;
  return [...byHeight.entries()]
    .sort(([a], [b]) => b - a)
    .map(([, line]) => line.sort((a, b) => across(a) - across(b)).map(({ str }) => str.trim()));
}
