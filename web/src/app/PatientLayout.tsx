import { Outlet } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Sos } from "../components/Sos";
import { Topbar } from "../components/Topbar";
import { Offline } from "./Offline";
import { useBody } from "./page";

/** The patient's pages: mark and languages at the top, 112 always in sight. */
export function PatientLayout() {
  return (
    <PatientFrame>
      <Outlet />
    </PatientFrame>
  );
}

export function PatientFrame({ children }: { children: ReactNode }) {
  useBody("patient has-sos");
  return (
    <>
      <Topbar />
      <Sos />
      <Offline />
      {children}
    </>
  );
}
