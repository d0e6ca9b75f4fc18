import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { problemText } from "../api/problems";
import type { Transition, VisitFacts } from "../api/types";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { Choices, RadioChoice } from "../components/Choice";
import { Dialog } from "../components/Dialog";
import { Icon } from "../components/Icon";
import { useText } from "../locales/useText";
import { transition } from "../staff/actions";
import { takeIn } from "../staff/live";

type Identity = NonNullable<Transition["identity"]>;
const IDENTITIES: readonly Identity[] = ["idCard", "drivingLicence", "passport", "known"];

interface CheckInProps {
  readonly visit: VisitFacts;
  readonly open: boolean;
  readonly onClose: () => void;
}

/** The patient stands at the desk: how the identity was established, then they have arrived. */
export function CheckIn({ visit, open, onClose }: CheckInProps) {
  const { t } = useText();
  const client = useQueryClient();
  const [identity, setIdentity] = useState<Identity | null>(null);
  const [missing, setMissing] = useState(false);
  const id = useId();
  const { patient } = visit.appointment;
  const arrive = useMutation({
    mutationFn: (how: Identity) => transition(visit.id, { to: "arrived", identity: how }),
    onSuccess: (arrived) => {
      client.setQueryData(["visit", visit.id], arrived);
      const { you: _you, ...facts } = arrived;
      takeIn(client, facts, undefined);
      onClose();
    },
  });
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t("staff.checkIn.title", { name: patient.name })}
      actions={
        <>
          <Button
            kind="primary"
            isPending={arrive.isPending}
            onPress={() => {
              setMissing(identity === null);
              if (identity !== null) arrive.mutate(identity);
            }}
          >
            {t("staff.checkIn.confirm")}
          </Button>
          <Button onPress={onClose}>{t("staff.close.cancel")}</Button>
        </>
      }
    >
      {patient.yearOfBirth !== undefined && <p>{t("staff.checkIn.born", { year: String(patient.yearOfBirth) })}</p>}
      <p id={id} className="medium">
        {t("staff.checkIn.identity")}
      </p>
      <Choices labelledBy={id} radio>
        {IDENTITIES.map((one) => (
          <RadioChoice
            key={one}
            name={id}
            selected={identity === one}
            onSelect={() => {
              setIdentity(one);
              setMissing(false);
            }}
          >
            {t(`staff.identity.${one}`)}
          </RadioChoice>
        ))}
      </Choices>
      {missing && (
        <p className="field__error" role="alert">
          <Icon name="alert" size="s" />
          {t("staff.checkIn.missing")}
        </p>
      )}
      {arrive.error !== null && <Banner kind="stop" role="alert" title={problemText(t, arrive.error)} />}
    </Dialog>
  );
}
