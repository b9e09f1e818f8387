/** What all PDFs have in common: the page, the name at its top, and the number at its foot. */
import { StyleSheet, Text } from "@react-pdf/renderer";
import { bold, fontFamily } from "./fonts.ts";

/** `of`: what the page belongs to, where a single one must tell. */
export function PageNumber({ of }: { of?: string }) {
  return (
    <Text
      fixed
      style={paper.pageNumber}
      render={({ pageNumber, totalPages }) => `${of ? `${of} · ` : ""}Page ${pageNumber} of ${totalPages}`}
    />
  );
}

export const paper = StyleSheet.create({
  page: { padding: 40, paddingBottom: 56, fontFamily, fontSize: 10, color: "#17202a" },
  brand: { color: "#0b6e63", ...bold, fontSize: 11 },
  pageNumber: {
    position: "absolute",
    bottom: 28,
    left: 40,
    right: 40,
    color: "#5b6773",
    fontSize: 8,
    textAlign: "right",
  },
});
