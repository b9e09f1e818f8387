/** What a new password needs, said before the server says it. */

export const MIN_PASSWORD = 12;
export const MAX_PASSWORD = 200;
export const passwordNote: string = `At least ${MIN_PASSWORD} characters. A few words in a row are fine.`;

/** Why a password is refused, or null. The server checks again. */
export function passwordTrouble(password: string): string | null {
  const length = [...password].length;
  if (length === 0) return `Choose a password of at least ${MIN_PASSWORD} characters.`;
  if (length < MIN_PASSWORD) return `It needs at least ${MIN_PASSWORD} characters and has ${length}.`;
  return length > MAX_PASSWORD ? `It may have at most ${MAX_PASSWORD} characters.` : null;
}
