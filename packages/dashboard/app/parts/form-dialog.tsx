/** Dialogs that ask for something: a form, a button that sends it, and one that leaves things as they are. */
import type { ReactNode } from "react";
import { Button, type ButtonProps } from "./button.tsx";
import { Dialog, type DialogProps } from "./dialog.tsx";

type Main = Pick<ButtonProps, "kind" | "icon" | "busy" | "disabledWhy">;

export interface FormDialogProps extends Main, Pick<DialogProps, "onClose" | "title" | "size" | "testId"> {
  /** Not given: it is open. */
  open?: boolean;
  /** What it stands in: a dialog in the middle, or the `Drawer`. */
  frame?: typeof Dialog | undefined;
  children: ReactNode;
  /** What the main button does: a verb. */
  submit: string;
  /** What it says while the answer is awaited; without it, the same. */
  busyWords?: string | undefined;
  /** What the button says that sends nothing; `Keep` before something that cannot be taken back. */
  close?: string | undefined;
  onSubmit(): void;
}

/** A form in a dialog. It is not sent while an answer is awaited, nor where `disabledWhy` says why not. */
export function FormDialog({
  frame: Frame = Dialog,
  submit,
  busyWords = submit,
  close = "Close",
  kind = "primary",
  icon,
  busy,
  disabledWhy,
  onSubmit,
  ...rest
}: FormDialogProps): ReactNode {
  return (
    <Frame
      open
      {...rest}
      onSubmit={() => !busy && typeof disabledWhy !== "string" && onSubmit()}
      footer={
        <>
          <Button onClick={rest.onClose}>{close}</Button>
          <Button type="submit" {...{ kind, icon, busy, disabledWhy }}>
            {busy ? busyWords : submit}
          </Button>
        </>
      }
    />
  );
}
