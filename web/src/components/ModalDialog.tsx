import { useId, type ReactNode } from "react";
import { Dialog as AriaDialog } from "react-aria-components/Dialog";
import { Modal, ModalOverlay } from "react-aria-components/Modal";

export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  children?: ReactNode;
  /** The buttons, the one that does it first. */
  actions: ReactNode;
  /** For what must be answered: Escape and a press outside do nothing. */
  mustAnswer?: boolean;
}

/** A question that has to be answered before going on. Focus goes in, and back to where it came from. */
export function ModalDialog({ open, onClose, title, children, actions, mustAnswer = false }: DialogProps) {
  const heading = useId();
  return (
    <ModalOverlay
      className="scrim"
      isOpen={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
      isDismissable={!mustAnswer}
      isKeyboardDismissDisabled={mustAnswer}
    >
      <Modal className="dialog__modal">
        <AriaDialog className="dialog" aria-labelledby={heading} role={mustAnswer ? "alertdialog" : "dialog"}>
          <h2 id={heading}>{title}</h2>
          {children}
          <div className="dialog__actions">{actions}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
