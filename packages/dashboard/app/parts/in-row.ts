/** Whether something is drawn inside a row of a list: its parts are no tab stops of their own there. */
import { createContext, useContext } from "react";

export const InRow: React.Context<boolean> = createContext(false);

export function useInRow(): boolean {
  return useContext(InRow);
}
