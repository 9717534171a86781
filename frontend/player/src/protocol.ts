// What the page, its worker and its frame say to each other; the frame over a channel that nobody else has.

/** Moments are milliseconds of the recorded browser's clock. */
export type ToFrame =
  | { do: "load"; bytes: ArrayBuffer; at: number; play: boolean }
  | { do: "add"; bytes: ArrayBuffer }
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

/** A stretch to be read; `feed` says for whom, and `fresh` that it begins with a whole picture of a page. */
export interface ToWorker {
  id: number;
  feed: number;
  fresh: boolean;
  bytes: ArrayBuffer;
}

export type FromWorker = { id: number; read: Read } | { id: number; failed: "large" | "unread" };

export interface Read {
  /** The events that may be shown: a JSON list in UTF-8. */
  bytes: ArrayBuffer;
  /** What they say beside it. */
  said: Said[];
  /** The moment of the first of them all. */
  first: number | undefined;
}
