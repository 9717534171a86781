// The bar below the recording: when the customer was active, and where something happened.
import type { Session } from "./session";

const SVG = "http://www.w3.org/2000/svg";

export function draw(svg: SVGSVGElement, session: Session, end: number): void {
  const x = (at: number) => (Math.min(Math.max((at - session.start) / Math.max(1, end - session.start), 0), 1) * 1_000).toFixed(1);
  const path = (kind: string, d: string) => {
    const element = document.createElementNS(SVG, "path");
    element.setAttribute("class", kind);
    element.setAttribute("d", d);
    svg.append(element);
  };
  svg.replaceChildren();
  path("whole", "M0 5h1000v2h-1000z");
  path("active", session.active.map(([from, to]) => `M${x(from)} 4H${x(to)}v4H${x(from)}z`).join(""));
  const kinds = new Map<string, number[]>();
  for (const { at, kind } of session.marks) kinds.set(kind, [...(kinds.get(kind) ?? []), at]);
  for (const [kind, moments] of kinds) path(`mark ${kind}`, moments.map((at) => `M${x(at)} 0v12h3v-12z`).join(""));
}
