import type { DeviceFailure } from "../call/devices";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { useText } from "../locales/useText";
import { deviceText } from "./deviceTexts";

export interface DeviceFault {
  readonly key: string;
  readonly kind: "camera" | "microphone";
  readonly failure: DeviceFailure;
  /** Which of several it is: "Rummet". */
  readonly name?: string;
  readonly retry: () => void;
}

/** Each device that does not work, what to do, and a button that tries again. */
export function DeviceFaults({ faults }: { faults: readonly DeviceFault[] }) {
  const { t } = useText();
  return faults.map(({ key, kind, failure, name, retry }) => (
    <Banner
      key={key}
      kind="wait"
      icon={kind === "camera" ? "video-off" : "mic-off"}
      role="alert"
      title={name === undefined ? t(kind === "camera" ? "staff.device.noCamera" : "staff.device.noMicrophone") : t("staff.device.not", { name })}
      actions={
        <Button small onPress={retry}>
          {t("retry")}
        </Button>
      }
    >
      {deviceText(t, kind, failure)}
    </Banner>
  ));
}
