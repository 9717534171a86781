// What the page and its frame say to each other, over a channel that nobody else has.

/** Moments are milliseconds of the recorded browser's clock. */
export type ToFrame =
  | { do: "load"; json: string; at: number; play: boolean }
  | { do: "add"; json: string }
  | { do: "seek"; at: number; play: boolean }
  | { do: "pause" }
  | { do: "set"; speed: number; skip: boolean }
  | { do: "picture" }
  /** For tests: what is on show. */
  | { do: "html" };

export type FromFrame =
  | { is: "ready" }
  | { is: "time"; at: number; playing: boolean }
  | { is: "size"; width: number; height: number }
  | { is: "said"; said: Said[] }
  | { is: "end" }
  | { is: "refused"; why: string }
  /** A `data:` address; empty where none could be made. */
  | { is: "picture"; url: string }
  | { is: "html"; html: string };

/** A line of the console, a request, an error … */
export interface Said {
  at: number;
  tag: string;
  payload: Record<string, unknown>;
}
