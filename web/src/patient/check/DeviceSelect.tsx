import type { Device } from "../../call/devices";
import type { IconName } from "../../components/Icon";
import { Select } from "../../components/Select";
import { useText, type Translate } from "../../locales/useText";
import type { OwnDevices } from "../devices";

interface DeviceSelectProps {
  kind: "camera" | "microphone" | "speaker";
  icon: IconName;
  list: readonly Device[];
  devices: OwnDevices;
}

/** Which of several to use; with one there is nothing to choose. */
export function DeviceSelect({ kind, icon, list, devices }: DeviceSelectProps) {
  const { t } = useText();
  if (list.length < 2) return null;
  const current = kind === "speaker" ? devices.chosen.speaker : (devices[kind]?.getSettings().deviceId ?? devices.chosen[kind]);
  return (
    <Select
      label={t(`check.${kind}`)}
      icon={icon}
      value={list.some(({ id }) => id === current) ? current : (list[0]?.id ?? "")}
      onChange={(id) => devices.choose(kind, id)}
      options={list.map((device, index) => ({ value: device.id, label: labelOf(device, index, t, kind) }))}
    />
  );
}

function labelOf(device: Device, index: number, t: Translate, kind: "camera" | "microphone" | "speaker"): string {
  return device.label === "" ? t("check.device", { kind: t(`check.${kind}`), n: index + 1 }) : device.label;
}
