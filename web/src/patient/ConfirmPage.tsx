import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Navigate, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { asProblem, call } from "../api/client";
import { appointments, directory, hold as holdQuery } from "../api/queries";
import { problemText } from "../api/problems";
import type { Appointment, Directory, Hold, Slot } from "../api/types";
import { useTitle } from "../app/page";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { Icon } from "../components/Icon";
import { ProblemPage } from "../components/ProblemPage";
import { Skeleton } from "../components/Skeleton";
import { clock, headingDay, atClock } from "../locales/time";
import { useText } from "../locales/useText";
import { announcement, minutesAndSeconds } from "./countdown";
import { Taken } from "./find/FindPage";
import { useKeep } from "./find/useKeep";
import { isOf } from "./state";
import { forget, keep, kept } from "./storage";
import { useNow } from "./useNow";
import { useWords } from "./words";

const route = getRouteApi("/patient/confirm/$hold");
const holdTime = 5 * 60_000;
const longest = 500;

/** Five minutes to look at what one chose, say what it is about, and book. */
export function ConfirmPage() {
  const { t } = useText();
  const { hold: id } = route.useParams();
  const found = useQuery(holdQuery(id));
  const known = useQuery(directory);
  const [booked] = useState(() => kept(`booked.${id}`));
  // Coming back here after booking: the time is theirs, not lost.
  if (booked !== undefined) return <Navigate to="/visit/$id" params={{ id: booked }} replace />;
  if (found.isError && asProblem(found.error).status !== 0) return <Expired slot={lastSlot()} directory={known.data} />;
  if (found.isError) {
    return (
      <ProblemPage title={t("confirm.title")} text={problemText(t, found.error)}>
        <Button kind="primary" wide onPress={() => void found.refetch()}>
          {t("retry")}
        </Button>
      </ProblemPage>
    );
  }
  if (!found.data || !known.data) {
    return (
      <main id="main" className="page narrowpage stack gap-5">
        <h1>{t("confirm.title")}</h1>
        <Skeleton lines={[100, 100, 60]} height={3} />
      </main>
    );
  }
  return <Confirm key={id} hold={found.data} directory={known.data} />;
}

function Confirm({ hold, directory: places }: { hold: Hold; directory: Directory }) {
  const { t } = useText();
  const { move } = route.useSearch();
  const navigate = useNavigate();
  const now = useNow(1000);
  const [reason, setReason] = useState(() => kept("reason") ?? "");
  const booking = useBooking(hold, move);
  const title = t(move ? "confirm.titleMove" : "confirm.title");
  useTitle(title);
  useEffect(() => keep("slot", JSON.stringify(hold.slot)), [hold]);

  const left = Math.min(holdTime, Date.parse(hold.expiresAt) - now);
  const problem = booking.error ? asProblem(booking.error) : undefined;
  if ((left <= 0 && !booking.isPending && !booking.isSuccess) || problem?.code === "hold-expired") return <Expired slot={hold.slot} directory={places} />;
  const over = reason.length - longest;

  return (
    <main id="main" className="page narrowpage stack gap-5">
      <div className="stack gap-3">
        <h1>{title}</h1>
        <Countdown left={left} />
      </div>
      <Booked slot={hold.slot} directory={places} />
      {!move && (
        <div className="field" data-invalid={over > 0 || undefined}>
          <label className="field__label" htmlFor="reason">
            {t("confirm.reason")}
          </label>
          <span className="field__hint" id="reason-hint">
            {t("confirm.reasonHint", { name: hold.slot.practitioner.name })}
          </span>
          <textarea
            className="input"
            id="reason"
            value={reason}
            aria-describedby="reason-hint reason-left"
            aria-invalid={over > 0}
            onChange={(event) => {
              setReason(event.target.value);
              keep("reason", event.target.value);
            }}
          />
          <span id="reason-left" className={over > 0 ? "field__error" : "field__hint"}>
            {over > 0 && <Icon name="alert" size="s" />}
            {over > 0 ? t("confirm.reasonLong", { n: over }) : reason.length > 400 ? t("confirm.reasonLeft", { n: -over }) : ""}
          </span>
        </div>
      )}
      {problem?.code === "slot-taken" ? (
        <TakenHere error={booking.error} directory={places} move={move} />
      ) : (
        booking.isError && <Banner kind="stop" role="alert" title={problemText(t, booking.error)} />
      )}
      <div className="stack gap-3">
        <Button
          kind="primary"
          wide
          isPending={booking.isPending}
          onPress={() => {
            if (over > 0) document.getElementById("reason")?.focus();
            else booking.mutate(reason.trim());
          }}
        >
          {booking.isPending ? t("confirm.doing") : t(move ? "confirm.doMove" : "confirm.do")}
        </Button>
        <Button
          wide
          onPress={() => {
            // Letting go is a courtesy to others; the time becomes free by itself too.
            void call(`/v1/holds/${hold.id}`, { method: "DELETE" }).catch(() => undefined);
            void navigate({ to: "/find", search: { service: hold.slot.service, ...(move && { move }) } });
          }}
        >
          {t("confirm.other")}
        </Button>
      </div>
    </main>
  );
}

/** Books or moves. The key is kept with the hold, so that a repetition after a reload has one effect. */
function useBooking(hold: Hold, move: string | undefined) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (reason: string) => {
      const name = `key.${hold.id}`;
      const key = kept(name) ?? crypto.randomUUID();
      keep(name, key);
      return move
        ? call<Appointment>(`/v1/appointments/${encodeURIComponent(move)}/move`, { method: "POST", idempotencyKey: key, body: { hold: hold.id } })
        : call<Appointment>("/v1/appointments", { method: "POST", idempotencyKey: key, body: { hold: hold.id, ...(reason !== "" && { reason }) } });
    },
    onSuccess: async (made) => {
      forget("reason");
      forget("slot");
      forget(`key.${hold.id}`);
      keep(`booked.${hold.id}`, made.id);
      if (made.link) keep(`link.${made.id}`, made.link);
      keep(`news.${made.id}`, move ? "moved" : "booked");
      void client.invalidateQueries({ queryKey: ["appointments"] });
      void client.invalidateQueries({ queryKey: ["visit", made.id] });
      void client.invalidateQueries({ queryKey: ["slots"] });
      await navigate({ to: "/visit/$id", params: { id: made.id }, replace: true });
    },
  });
}

function Countdown({ left }: { left: number }) {
  const { t, language } = useText();
  const said = announcement(left);
  return (
    <div className="stack gap-2">
      <p className="lead" aria-hidden="true">
        {t("confirm.left", { time: minutesAndSeconds(left, language === "en" ? ":" : ".") })}
      </p>
      <div className="meter" role="meter" aria-label={t("confirm.meter")} aria-valuemin={0} aria-valuemax={5} aria-valuenow={Math.ceil(left / 60_000)}>
        <i style={{ width: `${(left / holdTime) * 100}%` }} />
      </div>
      <p className="visually-hidden" role="status">
        {said && ("minutes" in said ? t("confirm.minutesLeft", { n: said.minutes }) : t("confirm.secondsLeft", { n: said.seconds }))}
      </p>
    </div>
  );
}

/** What is booked, in words. */
function Booked({ slot, directory: places }: { slot: Slot; directory: Directory }) {
  const { t, name, language } = useText();
  const words = useWords(places);
  const site = places.sites.find((one) => one.id === slot.site);
  return (
    <div className="card">
      <dl className="facts factcol">
        <dt>{t("confirm.when")}</dt>
        <dd className="big">
          {headingDay(slot.start, language)} <span className="nowrap">{atClock(slot.start, language)}</span>–{clock(slot.end, language)}
        </dd>
        <dt>{t("confirm.what")}</dt>
        <dd>{words.serviceName(slot.service)}</dd>
        <dt>{t("confirm.who")}</dt>
        <dd>{t("person.title", { name: slot.practitioner.name, title: name(slot.practitioner.title) })}</dd>
        <dt>{t("confirm.how")}</dt>
        <dd>
          {t(`modality.${slot.modality}`)}
          {slot.nurse && <span className="factnote quiet">{t("confirm.withNurse", { name: slot.nurse.name })}</span>}
        </dd>
        {site && (
          <>
            <dt>{t("confirm.where")}</dt>
            <dd>
              {name(site.name)}
              <span className="factnote quiet">{site.address}</span>
            </dd>
          </>
        )}
        <dt>{t("confirm.language")}</dt>
        <dd>{t(`in.${slot.language}`)}</dd>
      </dl>
    </div>
  );
}

function TakenHere({ error, directory: places, move }: { error: unknown; directory: Directory; move: string | undefined }) {
  const keeping = useKeep(move ? { move } : {});
  const shown = keeping.error ?? error;
  return <Taken error={shown} alternatives={asProblem(shown).body.alternatives ?? []} directory={places} onTake={(slot) => keeping.mutate(slot)} />;
}

/** The five minutes are over: nothing typed is lost, and the same time is one press away if it is still free. */
function Expired({ slot, directory: places }: { slot: Slot | undefined; directory: Directory | undefined }) {
  const { t } = useText();
  const own = useQuery({ ...appointments, enabled: slot !== undefined, refetchOnMount: "always", retry: false });
  const { move } = route.useSearch();
  const navigate = useNavigate();
  const keeping = useKeep({ ...(slot && { service: slot.service }), ...(move && { move }) });
  // The hold may be gone because the time was booked, in another tab: then nothing is lost.
  const booked = slot && own.isFetchedAfterMount ? own.data?.appointments.find((one) => isOf(one, slot)) : undefined;
  if (booked) return <Navigate to="/visit/$id" params={{ id: booked.id }} replace />;
  return (
    <ProblemPage
      title={t("confirm.expiredTitle")}
      text={t("confirm.expiredText")}
      facts={
        <>
          {slot && places && <Booked slot={slot} directory={places} />}
          {keeping.error && places && asProblem(keeping.error).status !== 401 && (
            <Taken error={keeping.error} alternatives={asProblem(keeping.error).body.alternatives ?? []} directory={places} onTake={(other) => keeping.mutate(other)} />
          )}
        </>
      }
    >
      {slot && !keeping.error && (
        <Button kind="primary" wide isPending={keeping.isPending} onPress={() => keeping.mutate(slot)}>
          {t("confirm.again")}
        </Button>
      )}
      <Button wide onPress={() => void navigate({ to: "/find", search: { ...(slot && { service: slot.service }), ...(move && { move }) } })}>
        {t("confirm.other")}
      </Button>
    </ProblemPage>
  );
}

/** The slot that was being confirmed, when the page is opened again after the hold is gone. */
function lastSlot(): Slot | undefined {
  const text = kept("slot");
  return text === undefined ? undefined : (JSON.parse(text) as Slot);
}
