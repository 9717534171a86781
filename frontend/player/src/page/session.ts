export interface Window {
  key: string;
  first: number;
  last: number;
}

/** What the server says of a session; moments are milliseconds of the recorded browser's clock. */
export interface Session {
  base: string;
  windows: Window[];
  start: number;
  active: [number, number][];
  marks: { at: number; kind: string }[];
  live: boolean;
  /** Where to begin, in seconds. */
  at: number;
}

/** 75 as 1:15, 3,675 as 1:01:15. */
export function clock(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60), Math.floor(seconds % 60)];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
