import { useMutation, useQueryClient } from "@tanstack/react-query";
import { problemText } from "../api/problems";
import type { Visit } from "../api/types";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { Dialog } from "../components/Dialog";
import { useText } from "../locales/useText";
import { transition } from "../staff/actions";

export type ClosingStep = "finished" | "wrapUp";

/** How the one who leads may end the visit now: for good, or over to the nurse; null when not at all. */
export function closingStep(visit: Visit): ClosingStep | null {
  const { actions } = visit.you;
  if (visit.appointment.modality === "hosted" && visit.state === "inProgress") {
    return actions.includes("wrapUp") || actions.includes("close") ? "wrapUp" : null;
  }
  return actions.includes("close") ? "finished" : null;
}

interface CloseDialogProps {
  readonly visit: Visit;
  readonly step: ClosingStep;
  readonly open: boolean;
  readonly onCancel: () => void;
  readonly onClosed: () => void;
}

/** Asks once more before the visit ends. */
export function CloseDialog({ visit, step, open, onCancel, onClosed }: CloseDialogProps) {
  const { t } = useText();
  const client = useQueryClient();
  const close = useMutation({
    mutationFn: () => transition(visit.id, { to: step }),
    onSuccess: (closed) => {
      client.setQueryData(["visit", visit.id], closed);
      void client.invalidateQueries({ queryKey: ["day"] });
      onClosed();
    },
    onError: () => void client.invalidateQueries({ queryKey: ["visit", visit.id] }),
  });
  const nurse = visit.appointment.nurse?.name;
  return (
    <Dialog
      open={open}
      onClose={onCancel}
      title={t(step === "wrapUp" ? "staff.close.wrapUp.title" : "staff.close.title")}
      actions={
        <>
          <Button kind="primary" isPending={close.isPending} onPress={() => close.mutate()}>
            {t(step === "wrapUp" ? "staff.close.wrapUp.confirm" : "staff.close.confirm")}
          </Button>
          <Button onPress={onCancel}>{t("staff.close.cancel")}</Button>
        </>
      }
    >
      <p>
        {step === "finished"
          ? t("staff.close.text", { name: visit.appointment.patient.name })
          : nurse === undefined
            ? t("staff.close.wrapUp.text")
            : t("staff.close.wrapUp.nurse", { name: nurse })}
      </p>
      {close.error !== null && <Banner kind="stop" role="alert" title={problemText(t, close.error)} />}
    </Dialog>
  );
}
