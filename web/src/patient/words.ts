import type { Appointment, Directory, Modality, Slot } from "../api/types";
import type { IconName } from "../components/Icon";
import { useText } from "../locales/useText";

export const modalityIcon: Record<Modality, IconName> = { video: "home", hosted: "station", in_person: "station", phone: "phone" };

/** What pages say about a time: with whom and where, in the person's language. */
export function useWords(directory: Directory | undefined) {
  const { t, name } = useText();
  const siteName = (id: string | undefined): string | undefined => {
    const site = directory?.sites.find((one) => one.id === id);
    return site && name(site.name);
  };
  return {
    siteName,
    serviceName: (id: string): string => {
      const service = directory?.services.find((one) => one.id === id);
      return service ? name(service.name) : "";
    },
    municipalityName: (id: string | undefined): string => {
      const place = directory?.municipalities.find((one) => one.id === id);
      return place ? name(place.name) : "";
    },
    /** "Jonas Nyman, läkare"; "Jonas Nyman, på distans" when the patient goes to a site and the professional does not. */
    who: (slot: Pick<Slot, "practitioner" | "modality">): string =>
      slot.modality === "hosted"
        ? t("person.remote", { name: slot.practitioner.name })
        : t("person.title", { name: slot.practitioner.name, title: name(slot.practitioner.title) }),
    /** "Video hemifrån", "Närpes hälsostation". */
    where: (slot: Pick<Slot, "modality" | "site">): string => siteName(slot.site) ?? t(`modality.${slot.modality}`),
  };
}

/** Where an appointment is held, as one line. */
export function usePlace() {
  const { t, name } = useText();
  return (appointment: Pick<Appointment, "modality" | "site">): string =>
    appointment.site ? name(appointment.site.name) : t(`modality.${appointment.modality}`);
}
