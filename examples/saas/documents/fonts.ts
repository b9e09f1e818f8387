/**
 * The letters of the PDFs. A PDF's built-in fonts know Western letters only and print others wrongly
 * without a word; Roboto has Latin, Greek and Cyrillic. Found from the working directory, as the
 * migrations are: a bundler must not take the files for modules.
 */
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { Font } from "@react-pdf/renderer";

export const fontFamily = "Roboto";
export const bold = { fontWeight: 700 } as const;

/** A word that is longer than this may be broken anywhere. */
const LONGEST_WORD = 30;

const { resolve: find } = createRequire(resolve("package.json"));
const letters = new Intl.Segmenter();

Font.register({
  family: fontFamily,
  fonts: [
    { src: find("@expo-google-fonts/roboto/400Regular/Roboto_400Regular.ttf") },
    { src: find("@expo-google-fonts/roboto/700Bold/Roboto_700Bold.ttf"), ...bold },
  ],
});
Font.registerHyphenationCallback(breakWord);

/** A letter that Roboto does not have becomes a question mark: another font would print a wrong one. */
export async function toPrintable(text: string): Promise<string> {
  prepared ??= Promise.all([prepare(400), prepare(bold.fontWeight)]);
  const [font] = await prepared;
  const print = (letter: string) => (font.hasGlyphForCodePoint(letter.codePointAt(0) ?? 0) ? letter : "?");
  return Array.from(text.normalize(), print).join("");
}

let prepared: Promise<[Letters, Letters]> | undefined;

type Letters = NonNullable<ReturnType<typeof Font.getFont>["data"]>;

/**
 * Makes every letter known as itself. Else one that was first drawn as a part of another (the C of a
 * Cyrillic С) has no text from then on, in any PDF of this process: nobody could search for it.
 */
async function prepare(fontWeight: number): Promise<Letters> {
  await Font.load({ fontFamily, fontWeight });
  const { data } = Font.getFont({ fontFamily, fontWeight });
  if (!data) throw new Error(`The font ${fontFamily} ${fontWeight} was not loaded`);
  for (const codePoint of data.characterSet) data.glyphForCodePoint(codePoint);
  return data;
}

/** Its parts. A break is marked by a hyphen, but not where it is at an empty part. */
function breakWord(word: string): string[] {
  if (word.length <= LONGEST_WORD) return [word];
  return Array.from(letters.segment(word), ({ segment }) => [segment, ""]).flat();
}
