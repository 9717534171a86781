// What /recorder.js is: the second file, fetched by the first one when recording starts.

import { Recorder } from "./recorder/recorder.js";
import type { Host } from "./recorder/types.js";

declare global {
  interface Window {
    rapportRecorder?: (host: Host) => Recorder;
  }
}

window.rapportRecorder = (host) => {
  const recorder = new Recorder(host);
  // A page must never fail because somebody records it.
  void recorder.start().catch(() => undefined);
  return recorder;
};
