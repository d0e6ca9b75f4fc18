import { useId } from "react";
import type { Device } from "../call/devices";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { useText } from "../locales/useText";
import { deviceIn, type RoomDevices, type RoomDevicesState } from "./roomDevices";

/** Which device is which; remembered for the room. */
export function DevicePanel({ devices, state }: { devices: RoomDevices; state: RoomDevicesState }) {
  const { t } = useText();
  const { cameras, microphones, speakers } = state.devices;
  const { found } = state;
  return (
    <section className="panel" aria-labelledby="devices">
      <h2 id="devices">{t("console.devices")}</h2>
      {found !== null && (
        <Banner kind="info" icon="camera" role="status" title={t("console.found", { name: found.label })}>
          <span className="row gap-2">
            <Button small kind="primary" onPress={() => devices.choose("exam", found.id)}>
              {t("console.found.exam")}
            </Button>
            <Button small onPress={() => devices.ignoreFound()}>
              {t("console.found.no")}
            </Button>
          </span>
        </Banner>
      )}
      <Choice
        label={t("console.camera.room")}
        list={cameras}
        none={t("console.camera.none")}
        value={deviceIn(state.slots.room)}
        unnamed={(n) => t("console.camera.n", { n })}
        onChange={(id) => devices.choose("room", id)}
      />
      <Choice
        label={t("console.camera.exam")}
        list={cameras}
        none={t("console.camera.none")}
        value={deviceIn(state.slots.exam)}
        unnamed={(n) => t("console.camera.n", { n })}
        onChange={(id) => devices.choose("exam", id)}
      />
      <Choice
        label={t("console.microphone")}
        list={microphones}
        none={t("console.microphone.none")}
        value={deviceIn(state.slots.microphone)}
        unnamed={(n) => t("console.microphone.n", { n })}
        onChange={(id) => devices.choose("microphone", id)}
      />
      {speakers.length > 1 && (
        <Choice
          label={t("console.speaker")}
          list={speakers.filter((one) => one.id !== "default")}
          none={t("console.speaker.usual")}
          value={state.speaker}
          unnamed={(n) => t("console.speaker.n", { n })}
          onChange={(id) => devices.chooseSpeaker(id)}
        />
      )}
    </section>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly list: readonly Device[];
  /** The words for no device of the list. */
  readonly none: string;
  readonly value: string;
  readonly unnamed: (n: number) => string;
  readonly onChange: (id: string) => void;
}

function Choice({ label, list, none, value, unnamed, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <select id={id} className="select select--native" value={list.some((one) => one.id === value) ? value : ""} onChange={(event) => onChange(event.target.value)}>
        <option value="">{none}</option>
        {list.map((one, n) => (
          <option key={one.id} value={one.id}>
            {one.label === "" ? unnamed(n + 1) : one.label}
          </option>
        ))}
      </select>
    </div>
  );
}
