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

/** Sites in the order one reaches them from the home municipality; as they come when home is unknown. */
export function byReach(sites: readonly Site[], home: string | undefined): Reach[] {
  const there = sites.filter((site) => site.municipality === home);
  const first = there[0];
  if (!first) return sites.map((site) => ({ site }));
  const centre: Point = {
    latitude: there.reduce((sum, site) => sum + site.latitude, 0) / there.length,
    longitude: there.reduce((sum, site) => sum + site.longitude, 0) / there.length,
  };
  return sites
    .map((site) => ({ site, km: Math.round(kilometres(centre, site) * detour) }))
    .sort((a, b) => Number(b.site.municipality === home) - Number(a.site.municipality === home) || a.km - b.km);
}
