import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { useText } from "../locales/useText";
import { faultOf, faultText, faultTitle, type OwnDevices } from "./devices";

/** What to do about a camera or microphone that did not open; the visit goes on without it. */
export function DeviceFault({ devices }: { devices: OwnDevices }) {
  const { t } = useText();
  if (devices.state.kind !== "ready") return null;
  const fault = faultOf(devices.state.camera, devices.state.microphone);
  if (!fault) return null;
  return (
    <Banner kind="stop" role="alert" title={t(faultTitle(fault))} actions={<Button small onPress={devices.open}>{t("retry")}</Button>}>
      {t(faultText(fault))}
    </Banner>
  );
}
