import { useEffect, useState, type ReactNode } from "react";
import { useText } from "../locales/useText";

interface SkeletonProps {
  /** One entry for each line: its width in per cent. */
  lines?: readonly number[];
  /** Height of each line in rem, for things taller than words. */
  height?: number;
  onCancel?: () => void;
}

/** Nothing for 200 ms, then the content's own size in grey; after 5 s a sentence. */
export function Skeleton({ lines = [60, 100, 80], height }: SkeletonProps) {
  const { t } = useText();
  const phase = usePhase();
  return (
    <div className="stack gap-3" aria-busy="true">
      {phase !== "quiet" &&
        lines.map((width, index) => (
          <div key={index} className="skeleton" style={{ width: `${width}%`, ...(height && { height: `${height}rem` }) }} />
        ))}
      <p className={phase === "long" ? "quiet" : "visually-hidden"} role="status">
        {phase === "long" ? t("loading.long") : phase === "short" ? t("loading") : ""}
      </p>
    </div>
  );
}

function usePhase(): "quiet" | "short" | "long" {
  const [phase, setPhase] = useState<"quiet" | "short" | "long">("quiet");
  useEffect(() => {
    const short = setTimeout(() => setPhase("short"), 200);
    const long = setTimeout(() => setPhase("long"), 5000);
    return () => {
      clearTimeout(short);
      clearTimeout(long);
    };
  }, []);
  return phase;
}

/** Says what is so and the next step. */
export function Empty({ title, children }: { title?: ReactNode; children: ReactNode }) {
  return (
    <div className="empty">
      {title && <h3>{title}</h3>}
      {children}
    </div>
  );
}
