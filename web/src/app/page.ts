import { useEffect } from "react";

/** Names the page in the browser's tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Nära`;
  }, [title]);
}

/** Sets the scale and the ground of the page: "patient has-sos", "staff", "patient stage callpage" … */
export function useBody(classes: string): void {
  useEffect(() => {
    document.body.className = classes;
  }, [classes]);
}
