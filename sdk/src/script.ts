// What /sdk.js is: starts by the attributes of its own tag, and is then window.rapport.

import { init, Rapport } from "./index.js";

declare global {
  interface Window {
    rapport?: Rapport;
  }
}

const tag = document.currentScript as HTMLScriptElement | null;
const key = tag?.dataset.key;
// A tag that is there twice starts once.
if (tag && key && !window.rapport) {
  window.rapport = init(key, {
    host: tag.dataset.host ?? new URL(tag.src).origin,
    consent: tag.dataset.consent !== "false",
    autoPage: tag.dataset.autoPage !== "false",
    cookie: tag.dataset.cookie === "true",
    record: tag.dataset.record === "true",
  });
  dispatchEvent(new Event("rapport"));
}
