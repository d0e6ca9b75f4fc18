import { type KeyboardEvent, type Ref, useEffect, useId, useRef, useState } from "react";
import type { Call } from "../call/call";
import type { RoomView } from "../call/state";
import { CHAT_LIMIT } from "../signaling/messages";
import { Button } from "../components/Button";
import { Icon } from "../components/Icon";
import { clock } from "../locales/time";
import { useText } from "../locales/useText";

interface ChatPanelProps {
  readonly call: Call | null;
  readonly room: RoomView;
  /** Given to the field, so that a button elsewhere can lead to it. */
  readonly field?: Ref<HTMLTextAreaElement>;
}

/** The written side of a visit. What is typed stays in the field until the call has taken it. */
export function ChatPanel({ call, room, field }: ChatPanelProps) {
  const { t, language } = useText();
  const [draft, setDraft] = useState("");
  const id = useId();
  const log = useRef<HTMLDivElement>(null);
  const last = room.chat.at(-1)?.key;
  useEffect(() => {
    const element = log.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }, [last]);
  const say = (): void => {
    if (call?.say(draft) === true) setDraft("");
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    say();
  };
  const tooLong = [...draft.trim()].length > CHAT_LIMIT;
  return (
    <section className="stack gap-3 chat" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{t("staff.chat.title")}</h2>
      <div className="rtt chat__log" role="log" aria-label={t("staff.chat.log")} ref={log} tabIndex={room.chat.length > 0 ? 0 : undefined}>
        {room.chat.length === 0 && <p className="small quiet">{t("staff.chat.empty")}</p>}
        {room.chat.map((line) => (
          <div key={line.key} className={line.own ? "rtt__line rtt__line--own" : "rtt__line"}>
            <span className="rtt__who">
              {line.own ? t("staff.chat.you") : line.name} · {clock(line.at, language)}
              {line.status === "sending" && ` · ${t("staff.chat.sending")}`}
            </span>
            <span className="chat__text">{line.text}</span>
            {line.status === "failed" && (
              <span className="row gap-2">
                <span className="field__error small">
                  <Icon name="alert" size="s" />
                  {t("staff.chat.failed")}
                </span>
                <Button small kind="quiet" onPress={() => call?.sayAgain(line.key)}>
                  {t("staff.chat.again")}
                </Button>
              </span>
            )}
          </div>
        ))}
      </div>
      <form
        className="field"
        data-invalid={tooLong || undefined}
        onSubmit={(event) => {
          event.preventDefault();
          say();
        }}
      >
        <label className="field__label" htmlFor={id}>
          {t("staff.chat.label")}
        </label>
        <div className="row row--keep gap-2">
          <textarea
            ref={field}
            id={id}
            className="input grow chat__field"
            rows={1}
            value={draft}
            aria-invalid={tooLong || undefined}
            aria-describedby={tooLong ? `${id}-error` : undefined}
            onChange={(event) => setDraft(event.target.value)}
            onKeyDown={onKeyDown}
          />
          <Button type="submit" isDisabled={draft.trim() === "" || tooLong || room.me?.state !== "admitted"}>
            {t("staff.chat.send")}
          </Button>
        </div>
        {tooLong && (
          <p className="field__error" id={`${id}-error`}>
            <Icon name="alert" size="s" />
            {t("staff.chat.long", { n: CHAT_LIMIT })}
          </p>
        )}
      </form>
    </section>
  );
}
