import { Outlet, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";

/** Around every page: moves the focus to the new page's heading, so that a screen reader begins there. */
export function Root() {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe("onRendered", ({ pathChanged, fromLocation }) => {
        if (pathChanged && fromLocation) requestAnimationFrame(focusHeading);
      }),
    [router],
  );
  return <Outlet />;
}

function focusHeading(): void {
  const target = document.querySelector<HTMLElement>("main h1") ?? document.querySelector<HTMLElement>("main");
  if (!target) return;
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
}
