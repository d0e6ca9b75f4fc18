import { lazy, Suspense } from "react";
import type { DialogProps } from "./ModalDialog";

// Loaded when the first question is asked, not with the page.
const ModalDialog = lazy(() => import("./ModalDialog").then((module) => ({ default: module.ModalDialog })));

/** A question that has to be answered before going on. Focus goes in, and back to where it came from. */
export function Dialog(props: DialogProps) {
  if (!props.open) return null;
  return (
    <Suspense fallback={null}>
      <ModalDialog {...props} />
    </Suspense>
  );
}
