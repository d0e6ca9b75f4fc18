import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { needTexts } from "../locales";
import { asFindSearch } from "../patient/find/search";
import { ErrorPage, NotFoundPage } from "./ErrorPage";
import { PatientLayout } from "./PatientLayout";
import { Root } from "./Root";

const root = createRootRoute({ component: Root, errorComponent: ErrorPage, notFoundComponent: NotFoundPage });

// --- the patient ------------------------------------------------------------------------------------------------------

const patient = createRoute({ getParentRoute: () => root, id: "patient", component: PatientLayout, beforeLoad: () => needTexts("patient") });

const start = createRoute({
  getParentRoute: () => patient,
  path: "/",
  component: lazyRouteComponent(() => import("../patient/StartPage"), "StartPage"),
});

const find = createRoute({
  getParentRoute: () => patient,
  path: "/find",
  validateSearch: asFindSearch,
  component: lazyRouteComponent(() => import("../patient/find/FindPage"), "FindPage"),
});

const confirm = createRoute({
  getParentRoute: () => patient,
  path: "/confirm/$hold",
  validateSearch: ({ move }: Record<string, unknown>): { move?: string } => (typeof move === "string" && move !== "" ? { move } : {}),
  component: lazyRouteComponent(() => import("../patient/ConfirmPage"), "ConfirmPage"),
});

const visit = createRoute({
  getParentRoute: () => patient,
  path: "/visit/$id",
  component: lazyRouteComponent(() => import("../patient/VisitPage"), "VisitPage"),
});

const check = createRoute({
  getParentRoute: () => patient,
  path: "/visit/$id/check",
  beforeLoad: () => needTexts("call"),
  component: lazyRouteComponent(() => import("../patient/check/CheckPage"), "CheckPage"),
});

const link = createRoute({
  getParentRoute: () => patient,
  path: "/v",
  component: lazyRouteComponent(() => import("../patient/LinkPage"), "LinkPage"),
});

const signIn = createRoute({
  getParentRoute: () => patient,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { to?: string } => {
    const { to } = search;
    // Only a path of our own: "//host" would be someone else's.
    return typeof to === "string" && /^\/(?![/\\])/.test(to) ? { to } : {};
  },
  component: lazyRouteComponent(() => import("../patient/SignInPage"), "SignInPage"),
});

// Waiting room and call draw the whole page themselves: the call is a stage without bars.
const call = createRoute({
  getParentRoute: () => root,
  path: "/visit/$id/call",
  beforeLoad: () => needTexts("call"),
  component: lazyRouteComponent(() => import("../patient/call/CallPage"), "CallPage"),
});

// --- staff ------------------------------------------------------------------------------------------------------------

const staff = createRoute({ getParentRoute: () => root, id: "staff", beforeLoad: () => Promise.all([needTexts("staff"), import("../styles/staff.css")]).then(() => undefined) });

const day = createRoute({
  getParentRoute: () => staff,
  path: "/day",
  component: lazyRouteComponent(() => import("../physician/DayPage"), "DayPage"),
});

const staffVisit = createRoute({
  getParentRoute: () => staff,
  path: "/staff/visit/$id",
  component: lazyRouteComponent(() => import("../physician/PhysicianVisitPage"), "PhysicianVisitPage"),
});

const site = createRoute({
  getParentRoute: () => staff,
  path: "/sites/$site",
  component: lazyRouteComponent(() => import("../nurse/SiteDayPage"), "SiteDayPage"),
});

const room = createRoute({
  getParentRoute: () => staff,
  path: "/staff/room/$id",
  component: lazyRouteComponent(() => import("../nurse/HostConsolePage"), "HostConsolePage"),
});

const staffHome = createRoute({
  getParentRoute: () => staff,
  path: "/staff",
  beforeLoad: () => {
    throw redirect({ to: "/day" });
  },
});

export const router = createRouter({
  routeTree: root.addChildren([
    patient.addChildren([start, find, confirm, visit, check, link, signIn]),
    call,
    staff.addChildren([day, staffVisit, site, room, staffHome]),
  ]),
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
