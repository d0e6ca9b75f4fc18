import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../api/client";
import { problemText } from "../api/problems";
import type { Appointment, Visit } from "../api/types";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { Dialog } from "../components/Dialog";
import { Icon } from "../components/Icon";
import { useText } from "../locales/useText";
import { keep } from "./storage";

/** Move, calendar, cancel: only what may be done now. */
export function VisitActions({ visit, when }: { visit: Visit; when: string }) {
  const { t } = useText();
  const [open, setOpen] = useState<"move" | "cancel">();
  const { actions } = visit.you;
  return (
    <>
      <ul className="quickacts">
        {actions.includes("move") && (
          <li>
            <button type="button" onClick={() => setOpen("move")}>
              <Icon name="move" />
              {t("visit.move")}
            </button>
          </li>
        )}
        <li>
          <a href={`/v1/appointments/${encodeURIComponent(visit.id)}/calendar.ics`} download="besok.ics">
            <Icon name="calendar" />
            {t("visit.calendar")}
          </a>
        </li>
        {actions.includes("cancel") && (
          <li>
            <button type="button" onClick={() => setOpen("cancel")}>
              <Icon name="close" />
              {t("visit.cancel")}
            </button>
          </li>
        )}
      </ul>
      <MoveDialog visit={visit} open={open === "move"} onClose={() => setOpen(undefined)} />
      <CancelDialog visit={visit} when={when} open={open === "cancel"} onClose={() => setOpen(undefined)} />
    </>
  );
}

interface QuestionProps {
  visit: Visit;
  open: boolean;
  onClose: () => void;
}

function MoveDialog({ visit, open, onClose }: QuestionProps) {
  const { t } = useText();
  const navigate = useNavigate();
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t("visit.moveTitle")}
      actions={
        <>
          <Button
            kind="primary"
            onPress={() => void navigate({ to: "/find", search: { service: visit.appointment.service.id, move: visit.id } })}
          >
            {t("visit.moveDo")}
          </Button>
          <Button onPress={onClose}>{t("visit.stay")}</Button>
        </>
      }
    >
      <p>{t("visit.moveText")}</p>
    </Dialog>
  );
}

function CancelDialog({ visit, when, open, onClose }: QuestionProps & { when: string }) {
  const { t } = useText();
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const cancelling = useMutation({
    mutationFn: () => {
      const text = reason.trim();
      return call<Appointment>(`/v1/appointments/${encodeURIComponent(visit.id)}/cancel`, { method: "POST", body: text === "" ? {} : { reason: text } });
    },
    onSuccess: async () => {
      keep(`news.${visit.id}`, "cancelled");
      void client.invalidateQueries({ queryKey: ["appointments"] });
      await client.invalidateQueries({ queryKey: ["visit", visit.id] });
      onClose();
    },
  });
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t("visit.cancelTitle")}
      actions={
        <>
          <Button kind="danger" isPending={cancelling.isPending} onPress={() => cancelling.mutate()}>
            {t("visit.cancelDo")}
          </Button>
          <Button onPress={onClose}>{t("visit.stay")}</Button>
        </>
      }
    >
      <p>{t("visit.cancelText", { when })}</p>
      <div className="field">
        <label className="field__label" htmlFor="why">
          {t("visit.cancelReason")}
        </label>
        <input id="why" className="input" maxLength={200} value={reason} onChange={(event) => setReason(event.target.value)} />
      </div>
      {cancelling.isError && <Banner kind="stop" role="alert" title={problemText(t, cancelling.error)} />}
    </Dialog>
  );
}
