import { describe, expect, it } from "vitest";
import { faults } from "../../scripts/texts.mjs";

describe("the catalogues", () => {
  it("hold every text in every language, with the same arguments", () => {
    expect(faults()).toEqual([]);
  });
});
