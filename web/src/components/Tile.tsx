import { useEffect, useRef, type CSSProperties, type ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

interface TileProps {
  /** What it shows; without one only `children` are seen. */
  stream?: MediaStream | null;
  /** Says what the picture is, for those who do not see it. */
  label: string;
  /** The words in the corner, with an optional sign. */
  name?: ReactNode;
  icon?: IconName;
  /** The small one of oneself, lying on another. */
  own?: boolean;
  /** One's own picture is seen as in a mirror; `own` is so by itself. */
  mirrored?: boolean;
  /** Exam pictures are never cropped. */
  contain?: boolean;
  speaking?: boolean;
  /** Dimmed and still, while the connection is away. */
  still?: boolean;
  ratio?: string;
  className?: string;
  children?: ReactNode;
}

/** A live picture. Sound is played elsewhere (see `Sound`), so that moving a tile never cuts it. */
export function Tile({ stream, label, name, icon, own = false, mirrored = own, contain = false, speaking = false, still = false, ratio, className, children }: TileProps) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    element.srcObject = stream ?? null;
    if (!stream) return;
    // A track that is added later does not start the element again in every browser.
    const play = () => void element.play().catch(() => undefined);
    stream.addEventListener("addtrack", play);
    return () => stream.removeEventListener("addtrack", play);
  }, [stream]);
  return (
    <div
      className={["tile", own && "tile--own", contain && "tile--contain", still && "tile--still", className].filter(Boolean).join(" ")}
      data-speaking={speaking || undefined}
      style={ratio ? ({ "--ratio": ratio } as CSSProperties) : undefined}
    >
      {stream && <video ref={video} className={mirrored ? "mirrored" : undefined} aria-label={label} autoPlay muted playsInline disablePictureInPicture />}
      {children}
      {name !== undefined && (
        <span className="tile__name">
          {icon && <Icon name={icon} />}
          {name}
        </span>
      )}
    </div>
  );
}

/** Plays a stream's sound, on the chosen loudspeaker where the browser lets us choose. */
export function Sound({ stream, speaker, onBlocked }: { stream: MediaStream; speaker?: string; onBlocked?: () => void }) {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const element = audio.current;
    if (!element) return;
    element.srcObject = stream;
    element.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "NotAllowedError") onBlocked?.();
    });
  }, [stream, onBlocked]);
  useEffect(() => {
    const element = audio.current;
    if (!element || !speaker || typeof element.setSinkId !== "function") return;
    element.setSinkId(speaker).catch(() => undefined); // the loudspeaker was unplugged: the default one plays
  }, [speaker]);
  return <audio ref={audio} autoPlay />;
}
