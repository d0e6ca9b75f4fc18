import { describe, expect, it } from "vitest";
import { addDays, briefMoment, cardDay, clock, dateOf, dayHeading, daysBetween, happens, headingDay, hourOf, longMoment, shortMoment } from "./time";

const tuesday = "2024-12-03T08:15:00Z"; // 10.15 in Helsinki
const evening = new Date("2024-12-02T22:30:00Z"); // already 00.30 on Tuesday there

describe("times as people say them", () => {
  it("follow each language", () => {
    expect(longMoment(tuesday, "sv")).toBe("tisdag 3 december kl.\u00A010.15");
    expect(longMoment(tuesday, "fi")).toBe("tiistai 3.12. klo\u00A010.15");
    expect(longMoment(tuesday, "en")).toBe("Tuesday 3 December at\u00A010:15");
    expect(shortMoment(tuesday, "sv")).toBe("tis 3 dec kl.\u00A010.15");
    expect(shortMoment(tuesday, "fi")).toBe("ti 3.12. klo\u00A010.15");
    const earlier = new Date("2024-11-20T08:00:00Z");
    expect(happens(tuesday, "sv", earlier)).toBe("tisdag 3 december kl.\u00A010.15");
    expect(happens(tuesday, "fi", earlier)).toBe("tiistaina 3.12. klo\u00A010.15");
    expect(happens(tuesday, "en", earlier)).toBe("on Tuesday 3 December at\u00A010:15");
    expect(happens(tuesday, "fi", new Date(tuesday))).toBe("tänään klo\u00A010.15");
    expect(dayHeading("2024-12-04", "fi")).toBe("Keskiviikko 4. joulukuuta");
    expect(dayHeading("2024-12-04", "sv")).toBe("Onsdag 4 december");
  });

  it("name today and tomorrow by the day in Helsinki", () => {
    expect(headingDay(tuesday, "sv", evening)).toBe("I dag, tisdag 3 december");
    expect(headingDay(tuesday, "fi", new Date("2024-12-02T10:00:00Z"))).toBe("Huomenna, tiistai 3.12.");
    expect(cardDay(tuesday, "sv", new Date("2024-11-20T10:00:00Z"))).toBe("Tisdag 3 dec");
    expect(briefMoment(tuesday, "sv", new Date("2024-12-02T10:00:00Z"))).toBe("i morgon 10.15");
  });

  it("keep the wall clock over both clock changes", () => {
    expect(clock("2025-03-30T00:59:00Z")).toBe("2.59");
    expect(clock("2025-03-30T01:00:00Z")).toBe("4.00");
    expect(clock("2025-10-26T00:30:00Z")).toBe("3.30");
    expect(clock("2025-10-26T01:30:00Z")).toBe("3.30");
    expect(hourOf("2025-10-26T01:30:00Z")).toBe(3.5);
  });

  it("count days of the calendar, not of 24 hours", () => {
    expect(dateOf("2025-03-29T22:30:00Z")).toBe("2025-03-30");
    expect(daysBetween("2025-03-29", "2025-03-31")).toBe(2);
    expect(addDays("2025-10-25", 2)).toBe("2025-10-27");
    expect(addDays("2024-12-31", 1)).toBe("2025-01-01");
  });
});
