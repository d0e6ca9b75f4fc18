import { useEffect, useId, useRef, useState } from "react";
import type { Call } from "../../call/call";
import type { RoomView } from "../../call/state";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { clock } from "../../locales/time";
import { useText } from "../../locales/useText";
import { CHAT_LIMIT } from "../../signaling/messages";

interface ChatPanelProps {
  call: Call;
  room: RoomView;
  onClose: () => void;
}

/** Written words in the call. What did not arrive stays and can be sent again. */
export function ChatPanel({ call, room, onClose }: ChatPanelProps) {
  const { t, language } = useText();
  const id = useId();
  const [text, setText] = useState("");
  const log = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const count = room.chat.length;
  useEffect(() => {
    const box = log.current;
    if (box) box.scrollTop = box.scrollHeight;
  }, [count]);
  const [only] = room.participants;
  return (
    <aside className="call__text" aria-label={t("call.textTitle")}>
      <div className="call__texthead">
        <h2>{t("call.text")}</h2>
        <Button kind="quiet" small icon="close" onPress={onClose}>
          {t("close")}
        </Button>
      </div>
      <div className="rtt" role="log" aria-label={t("call.textTitle")} ref={log} tabIndex={0}>
        {count === 0 && <p className="quiet">{t("call.textNone")}</p>}
        {room.chat.map((line) => (
          <p key={line.key} className={line.own ? "rtt__line rtt__line--own" : "rtt__line"}>
            <span className="rtt__who">
              {line.own ? t("call.you") : line.name} · {line.status === "sent" ? clock(line.at, language) : t(line.status === "sending" ? "call.sending" : "call.failed")}
            </span>
            {line.text}
            {line.status === "failed" && (
              <>
                {" "}
                <button type="button" className="textlink" onClick={() => call.sayAgain(line.key)}>
                  {t("call.sendAgain")}
                </button>
              </>
            )}
          </p>
        ))}
      </div>
      <form
        className="field"
        onSubmit={(event) => {
          event.preventDefault();
          if (call.say(text)) setText("");
        }}
      >
        <label className="field__label" htmlFor={id}>
          {room.participants.length === 1 && only ? t("call.write", { name: only.name }) : t("call.writeAll")}
        </label>
        <span className="row row--keep gap-2">
          <input id={id} ref={field} className="input" autoComplete="off" maxLength={CHAT_LIMIT} value={text} onChange={(event) => setText(event.target.value)} />
          <Button kind="primary" type="submit">
            <Icon name="arrow-right" />
            <span className="visually-hidden">{t("call.send")}</span>
          </Button>
        </span>
      </form>
    </aside>
  );
}
