import type { FullResult, Reporter, Suite } from "@playwright/test/reporter";

/** Closes the run with one line that people and machines read alike. */
export default class ClosingLine implements Reporter {
  private suite?: Suite;

  onBegin(_config: unknown, suite: Suite) {
    this.suite = suite;
  }

  onEnd(_result: FullResult) {
    const outcomes = (this.suite?.allTests() ?? []).map((test) => test.outcome());
    const count = (outcome: string) => outcomes.filter((each) => each === outcome).length;
    const failed = count("unexpected") + count("flaky");
    console.log(`flows: ${count("expected")} passed, ${failed} failed, ${count("skipped")} skipped`);
  }
}
