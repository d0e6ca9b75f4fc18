import type { VisitFacts } from "../api/types";
import { capital, clock, longDay } from "../locales/time";
import { useText } from "../locales/useText";
import { placeWords } from "./words";

/** What is known of the visit before it begins. */
export function VisitFactsList({ visit }: { visit: VisitFacts }) {
  const { t, language, name } = useText();
  const { appointment } = visit;
  return (
    <dl className="facts small">
      <dt>{t("staff.facts.service")}</dt>
      <dd>{name(appointment.service.name)}</dd>
      {appointment.reason !== undefined && (
        <>
          <dt>{t("staff.facts.reason")}</dt>
          <dd>”{appointment.reason}”</dd>
        </>
      )}
      <dt>{t("staff.facts.time")}</dt>
      <dd>
        {capital(longDay(appointment.start, language))} {clock(appointment.start, language)}–{clock(appointment.end, language)}
      </dd>
      <dt>{t("staff.facts.place")}</dt>
      <dd>{placeWords(t, name, visit)}</dd>
      <dt>{t("staff.facts.language")}</dt>
      <dd>{t(`speaks.${appointment.language}`)}</dd>
      {appointment.patient.yearOfBirth !== undefined && (
        <>
          <dt>{t("staff.facts.born")}</dt>
          <dd>{appointment.patient.yearOfBirth}</dd>
        </>
      )}
      {appointment.devices.length > 0 && (
        <>
          <dt>{t("staff.facts.devices")}</dt>
          <dd>{appointment.devices.map((device) => name(device.name)).join(", ")}</dd>
        </>
      )}
    </dl>
  );
}
