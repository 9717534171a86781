import assert from "node:assert/strict";
import { test } from "node:test";
import { isAllowed, problemsOf } from "./rules.mjs";

const allowed = new Set(["MIT", "Apache-2.0", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"]);

test("an expression is allowed where what it asks for is", () => {
  const cases = {
    MIT: true,
    "GPL-3.0-only": false,
    "MIT OR GPL-3.0-only": true,
    "GPL-3.0-only OR MIT": true,
    "MIT/GPL-3.0-only": true,
    "MIT AND GPL-3.0-only": false,
    "(MIT OR GPL-3.0-only) AND Unicode-3.0": true,
    "MIT OR GPL-3.0-only AND LGPL-2.1-only": true,
    "(MIT OR GPL-3.0-only) AND LGPL-2.1-only": false,
    "Apache-2.0 WITH LLVM-exception": true,
    "MIT WITH LLVM-exception": false,
  };
  for (const [expression, expected] of Object.entries(cases)) {
    assert.equal(isAllowed(expression, allowed), expected, expression);
  }
  for (const broken of ["", "MIT OR", "(MIT", "MIT)", "MIT Apache-2.0", "AND"]) {
    assert.throws(() => isAllowed(broken, allowed), broken);
  }
});

test("a licence that is not allowed, none at all, and a missing text are each named", () => {
  const good = { name: "good", version: "1.0.0", licence: "MIT", texts: ["Permission is hereby granted"] };
  assert.deepEqual(problemsOf([good], allowed), []);
  const problems = problemsOf(
    [good, { ...good, name: "viral", licence: "GPL-3.0-only" }, { ...good, name: "silent", licence: undefined }, { ...good, name: "bare", texts: undefined }],
    allowed,
  );
  assert.deepEqual(problems.map((problem) => problem.split(" ")[0]), ["viral", "silent", "bare"]);
});
