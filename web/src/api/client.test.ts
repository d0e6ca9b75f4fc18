import { describe, expect, it } from "vitest";
import { problemOf, search } from "./client";

describe("problems", () => {
  it("keep the slug and what else the server said", () => {
    const problem = problemOf(409, { code: "slot-taken", alternatives: [], request: "r1" });
    expect(problem.code).toBe("slot-taken");
    expect(problem.status).toBe(409);
    expect(problem.body.request).toBe("r1");
  });

  it("have a slug even when the answer is none of ours", () => {
    expect(problemOf(502, undefined).code).toBe("unavailable");
    expect(problemOf(401, "<html>").code).toBe("sign-in-needed");
    expect(problemOf(500, null).code).toBe("internal");
    expect(problemOf(404, { code: 7 }).code).toBe("not-found");
  });
});

describe("the query of a search", () => {
  it("leaves out what is not asked", () => {
    expect(search({ service: "lakare", site: undefined, language: "" })).toBe("?service=lakare");
    expect(search({})).toBe("");
  });
});
