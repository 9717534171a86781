import type { FullResult, Reporter, Suite } from "@playwright/test/reporter";

/** How many flows may need their second try before the run counts as broken. */
const FLAKY = 3;

/** Closes the run with one line that people and machines read alike. */
export default class ClosingLine implements Reporter {
  private suite?: Suite;

  onBegin(_config: unknown, suite: Suite) {
    this.suite = suite;
  }

  onEnd(result: FullResult) {
    const flows = this.suite?.allTests() ?? [];
    const of = (outcome: string) => flows.filter((each) => each.outcome() === outcome);
    const flaky = of("flaky");
    for (const flow of flaky) console.log(`needed a second try: ${flow.titlePath().slice(2).join(" › ")}`);
    const broken = flaky.length > FLAKY ? flaky.length : 0;
    const passed = of("expected").length + flaky.length - broken;
    console.log(`flows: ${passed} passed, ${of("unexpected").length + broken} failed, ${of("skipped").length} skipped`);
    return { status: broken ? ("failed" as const) : result.status };
  }
}
