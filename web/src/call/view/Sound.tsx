import { useEffect, useRef } from "react";
import type { RemoteSource } from "../state";

interface SoundProps {
  /** The room's remote sources; those with sound are played. */
  readonly remote: readonly RemoteSource[];
  /** The output device, where the browser lets one choose; "" is the system's. */
  readonly output?: string;
  /** The browser wants a press of a button before it plays sound: offer one that calls `retry`. */
  readonly onBlocked?: (retry: () => void) => void;
}

/** Plays everyone's sound, once, whatever picture is large or small. Shows nothing. */
export function Sound({ remote, output = "", onBlocked }: SoundProps) {
  return remote
    .filter((source) => source.audio !== null)
    .map((source) => <OneSound key={source.key} stream={source.stream} output={output} onBlocked={onBlocked} />);
}

interface OneSoundProps {
  readonly stream: MediaStream;
  readonly output: string;
  readonly onBlocked: SoundProps["onBlocked"] | undefined;
}

function OneSound({ stream, output, onBlocked }: OneSoundProps) {
  const element = useRef<HTMLAudioElement>(null);
  const blocked = useRef(onBlocked);
  useEffect(() => {
    blocked.current = onBlocked;
  }, [onBlocked]);
  useEffect(() => {
    const audio = element.current;
    if (audio === null) return;
    audio.srcObject = stream;
    const play = (): void => {
      audio.play().catch((error: unknown) => {
        if (error instanceof DOMException && error.name === "NotAllowedError") blocked.current?.(play);
      });
    };
    play();
    return () => {
      audio.srcObject = null;
    };
  }, [stream]);
  useEffect(() => {
    const audio = element.current;
    if (audio !== null && "setSinkId" in audio) audio.setSinkId(output).catch(() => undefined); // gone again: the system's own
  }, [output]);
  return <audio ref={element} autoPlay />;
}
