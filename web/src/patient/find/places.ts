import type { Site } from "../../api/types";

interface Point {
  latitude: number;
  longitude: number;
}

/** Great-circle distance in kilometres. */
export function kilometres(a: Point, b: Point): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const dLat = radians(b.latitude - a.latitude);
  const dLon = radians(b.longitude - a.longitude);
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(dLon / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.sqrt(h));
}

export interface Reach {
  site: Site;
  /** Along the road, roughly; absent without a home. */
  km?: number;
}

// Roads along this coast are about a third longer than the straight line.
const detour = 1.3;

/** Sites in the order one reaches them from home; as they come when home is unknown. */
export function byReach(sites: readonly Site[], home: Point | undefined): Reach[] {
  if (!home) return sites.map((site) => ({ site }));
  return sites.map((site) => ({ site, km: Math.round(kilometres(home, site) * detour) })).sort((a, b) => a.km - b.km);
}

/** Where the way begins: the patient's own village, else the middle of the municipality that was chosen. */
export function homeOf(municipalities: readonly ({ id: string } & Point)[], chosen: string | undefined, who: { home?: string; homePoint?: Point } | undefined): Point | undefined {
  const home = chosen ?? who?.home;
  if (who?.homePoint && home === who.home) return who.homePoint;
  return municipalities.find(({ id }) => id === home);
}
