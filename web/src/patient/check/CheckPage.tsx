import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useState, type ReactNode } from "react";
import { visit as visitQuery } from "../../api/queries";
import { useTitle } from "../../app/page";
import { Banner } from "../../components/Banner";
import { Button, LinkButton } from "../../components/Button";
import { Icon, type IconName } from "../../components/Icon";
import { Level } from "../../components/Meters";
import { PhoneText } from "../../components/Phone";
import { Tile } from "../../components/Tile";
import { useText } from "../../locales/useText";
import { faultOf, faultText, faultTitle, useDevices, useLevel, useStreamOf, type OwnDevices } from "../devices";
import { keep } from "../storage";
import { DeviceSelect } from "./DeviceSelect";
import { playMelody } from "./melody";

const route = getRouteApi("/patient/visit/$id/check");

type SoundTest = "untried" | "playing" | "played" | "heard" | "notHeard";

/** Trying camera, microphone and loudspeaker, with nobody there. */
export function CheckPage() {
  const { t } = useText();
  useTitle(t("visit.check"));
  const { id } = route.useParams();
  const visit = useQuery(visitQuery(id));
  const devices = useDevices();
  const { level, heard } = useLevel(devices.microphone);
  const [sound, setSound] = useState<SoundTest>("untried");
  const { open } = devices;
  useEffect(() => open(), [open]);
  const works = devices.camera !== null && devices.microphone !== null && heard;
  useEffect(() => {
    if (works && sound === "heard") keep(`tested.${id}`, new Date().toISOString());
  }, [works, sound, id]);

  return (
    <main id="main" className="page page--two page--check">
      <section className="stack gap-4">
        <div className="stack gap-2">
          <Link className="link backlink" to="/visit/$id" params={{ id }}>
            <Icon name="arrow-left" size="s" />
            {t("visit.back")}
          </Link>
          <h1>{t("visit.check")}</h1>
          <p className="lead">{t("check.lead")}</p>
        </div>
        <OwnPicture devices={devices} />
        <DeviceSelect kind="camera" icon="video" list={devices.list.cameras} devices={devices} />
      </section>
      <section className="stack gap-5">
        <Result devices={devices} heard={heard} sound={sound} />
        <ol className="tests">
          <Test done={devices.camera !== null} icon="video" title={t("check.picture")}>
            <p className="quiet">{devices.camera ? t("check.pictureOk") : devices.state.kind === "asking" ? t("check.asking") : t("wait.camOff")}</p>
          </Test>
          <Test done={heard} icon="mic" title={t("check.voice")}>
            <p className="quiet">{t(heard ? "check.voiceOk" : "check.voiceText")}</p>
            <Level value={level} label={t("check.level")} />
            <DeviceSelect kind="microphone" icon="mic" list={devices.list.microphones} devices={devices} />
          </Test>
          <Test done={sound === "heard"} icon="speaker" title={t("check.sound")}>
            <p className="quiet">{t(sound === "heard" ? "check.soundOk" : sound === "notHeard" ? "check.notHeardText" : "check.soundText")}</p>
            <div className="row">
              <Button
                small
                icon="speaker"
                isPending={sound === "playing"}
                onPress={() => {
                  setSound("playing");
                  void playMelody(devices.chosen.speaker).finally(() => setSound("played"));
                }}
              >
                {t("check.play")}
              </Button>
              {sound === "played" && (
                <>
                  <Button small icon="check" onPress={() => setSound("heard")}>
                    {t("check.heard")}
                  </Button>
                  <Button small onPress={() => setSound("notHeard")}>
                    {t("check.notHeard")}
                  </Button>
                </>
              )}
            </div>
            {devices.list.speakers.length > 1 && <DeviceSelect kind="speaker" icon="speaker" list={devices.list.speakers} devices={devices} />}
          </Test>
        </ol>
        <div className="stack gap-3">
          <LinkButton kind="primary" wide to="/visit/$id" params={{ id }}>
            {t("check.done")}
          </LinkButton>
          <p className="quiet">
            <PhoneText id="check.help" phone={visit.data?.appointment.supportPhone} />
          </p>
        </div>
      </section>
    </main>
  );
}

function OwnPicture({ devices }: { devices: OwnDevices }) {
  const { t } = useText();
  const stream = useStreamOf(devices.camera);
  return (
    <Tile stream={stream} label={t("check.youInPicture")} mirrored ratio="4 / 3" name={stream ? t("check.onlyYou") : undefined} icon="lock">
      {!stream && (
        <span className="call__ownoff">
          <Icon name={devices.state.kind === "asking" ? "video" : "video-off"} size="l" />
        </span>
      )}
    </Tile>
  );
}

/** What works and what to do, in one sentence that changes as the tests pass. */
function Result({ devices, heard, sound }: { devices: OwnDevices; heard: boolean; sound: SoundTest }) {
  const { t } = useText();
  const { state } = devices;
  if (state.kind !== "ready") {
    return <Banner role="status" title={t("check.asking")} />;
  }
  const fault = faultOf(state.camera, state.microphone);
  if (fault) {
    return (
      <Banner kind="stop" role="alert" title={t(faultTitle(fault))} actions={<Button small onPress={devices.open}>{t("retry")}</Button>}>
        {t(faultText(fault))}
      </Banner>
    );
  }
  if (!heard) return <Banner role="status" title={t("check.speak")} />;
  return sound === "heard" ? <Banner kind="ready" role="status" title={t("check.allGood")} /> : <Banner role="status" title={t("check.listen")} />;
}

function Test({ done, icon, title, children }: { done: boolean; icon: IconName; title: string; children: ReactNode }) {
  return (
    <li className={done ? "test" : "test test--open"}>
      <span className="test__mark">
        <Icon name={done ? "check" : icon} />
      </span>
      <div className="stack gap-3">
        <h2 className="h-small">{title}</h2>
        {children}
      </div>
    </li>
  );
}
