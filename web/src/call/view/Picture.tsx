import { useEffect, useRef, useState } from "react";

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

interface PictureProps {
  /** A RemoteSource's stream, or one of our own tracks' streams. */
  readonly stream: MediaStream;
  /** Who or what is seen, for those who do not see it. */
  readonly label: string;
  readonly mirrored?: boolean;
  /** Told the size in pixels of what arrives, at every change. */
  readonly onSize?: (size: PictureSize) => void;
}

/** The moving picture of one stream; always silent, because Sound plays what is heard. Goes inside `.tile`. */
export function Picture({ stream, label, mirrored = false, onSize }: PictureProps) {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = element.current;
    if (video === null) return;
    video.srcObject = stream;
    const play = (): void => {
      video.play().catch(() => undefined); // muted and inline: refused only while the element is going away
    };
    play();
    stream.addEventListener("addtrack", play);
    return () => {
      stream.removeEventListener("addtrack", play);
      video.srcObject = null;
    };
  }, [stream]);
  return (
    <video
      ref={element}
      muted
      autoPlay
      playsInline
      disablePictureInPicture
      aria-label={label}
      data-mirrored={mirrored || undefined}
      onResize={(event) => onSize?.({ width: event.currentTarget.videoWidth, height: event.currentTarget.videoHeight })}
      onLoadedMetadata={(event) => onSize?.({ width: event.currentTarget.videoWidth, height: event.currentTarget.videoHeight })}
    />
  );
}

/** A stream around one of our own tracks, for Picture; the same until the track is another. */
export function useTrackStream(track: MediaStreamTrack | null): MediaStream | null {
  const [stream, setStream] = useState<MediaStream | null>(null);
  useEffect(() => setStream(track === null ? null : new MediaStream([track])), [track]);
  return stream;
}
