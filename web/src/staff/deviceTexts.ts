import type { DeviceFailure } from "../call/devices";
import type { Translate } from "../locales/useText";

/** What a device's failure means, and what to do about it. */
export function deviceText(t: Translate, kind: "camera" | "microphone", failure: DeviceFailure): string {
  switch (failure) {
    case "denied":
      return t(`staff.device.denied.${kind}`);
    case "dismissed":
      return t(`staff.device.dismissed.${kind}`);
    case "system":
      return t(`staff.device.system.${kind}`);
    case "notFound":
      return t(`staff.device.notFound.${kind}`);
    case "inUse":
      return t(`staff.device.inUse.${kind}`);
    case "overconstrained":
      return t(`staff.device.gone.${kind}`);
    case "unsupported":
      return t("staff.device.unsupported");
    case "insecure":
      return t("staff.device.insecure");
    case "unknown":
      return t(`staff.device.unknown.${kind}`);
  }
}
