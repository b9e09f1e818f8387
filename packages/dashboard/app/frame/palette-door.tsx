/** Opens the palette, which is loaded then. */
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";

const Palette = lazy(() => import("./palette.tsx"));
let open: () => void = () => {};

/** Shows the palette. */
export function openPalette(): void {
  open();
}

/** The place of the palette. Once, in the frame. */
export function PaletteDoor(): ReactNode {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    open = () => setShown(true);
    return () => {
      open = () => {};
    };
  }, []);
  if (!shown) return null;
  return (
    <Suspense>
      <Palette onClose={() => setShown(false)} />
    </Suspense>
  );
}
