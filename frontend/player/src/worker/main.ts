// Reads what was recorded, beside the page: a stretch may be large, and whoever made it may mean harm. What leaves here
// is clean. It comes and goes as bytes, which nobody has to copy; under the policy of its file a worker has no network.
import type { FromWorker, Read, Said, ToWorker } from "../protocol";
import { Cleaner, TooLarge } from "./clean";

/** The types of a page do not know what a worker is. */
const scope = self as unknown as { onmessage: (event: MessageEvent<ToWorker>) => void; postMessage(message: FromWorker, transfer: Transferable[]): void };

/** What is known of the page that each feed shows. */
const cleaners = new Map<number, Cleaner>();

scope.onmessage = ({ data: { id, feed, fresh, bytes } }) => {
  const cleaner = (fresh ? undefined : cleaners.get(feed)) ?? new Cleaner();
  cleaners.set(feed, cleaner);
  try {
    const found = read(bytes, cleaner);
    scope.postMessage({ id, read: found }, [found.bytes]);
  } catch (error) {
    scope.postMessage({ id, failed: error instanceof TooLarge ? "large" : "unread" }, []);
  }
};

function read(given: ArrayBuffer, cleaner: Cleaner): Read {
  const said: Said[] = [];
  const events: unknown[] = [];
  let first: number | undefined;
  for (const event of JSON.parse(new TextDecoder().decode(given))) {
    if (typeof event?.timestamp === "number") first ??= event.timestamp;
    if (event?.type === 5 && typeof event.data?.tag === "string") {
      said.push({ at: event.timestamp, tag: event.data.tag, payload: event.data.payload ?? {} });
    }
    const clean = cleaner.clean(event);
    if (clean) events.push(clean);
  }
  return { bytes: new TextEncoder().encode(JSON.stringify(events)).buffer as ArrayBuffer, said, first };
}
