import type { Appointment, Practitioner } from "../../api/types";

/** The professional one knows for a service: the latest one met or booked who gives it. */
export function ownProfessional(
  appointments: readonly Appointment[],
  practitioners: readonly Practitioner[],
  service: string,
): Practitioner | undefined {
  const met = appointments
    .filter((one) => one.status !== "cancelled" && one.status !== "noshow")
    .sort((a, b) => b.start.localeCompare(a.start));
  for (const appointment of met) {
    const known = practitioners.find((one) => one.id === appointment.practitioner.id);
    if (known?.services.includes(service)) return known;
  }
  return undefined;
}
