// The note about a second: before it is sent, a picture of what is on show is put beside it.
import type { Frame } from "./frame";
import { clock } from "./session";

const PATIENCE_MS = 8_000;

export function notes(form: HTMLFormElement, frame: Frame): void {
  const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
  const wanted = form.querySelector<HTMLInputElement>('[data-do="picture"]');
  let ready = false;
  let drawing = false;
  form.addEventListener("submit", (event) => {
    if (ready || !wanted?.checked) return;
    event.preventDefault();
    // A second click makes no second picture.
    if (drawing) return;
    drawing = true;
    const send = (picture: string) => {
      field("picture").value = picture;
      ready = true;
      form.requestSubmit();
    };
    const ticket = (form.elements.namedItem("ticket") as HTMLSelectElement).value;
    const name = `Session at ${clock(Number(field("second").value)).replaceAll(":", "-")}.jpg`;
    void upload(frame, ticket, name).then(send, () => send("failed"));
  });
  // Back leads to the form as it was sent.
  window.addEventListener("pageshow", () => {
    ready = drawing = false;
  });
}

/** Uploads the picture as a file for a note in the ticket; answers its id. */
async function upload(frame: Frame, ticket: string, name: string): Promise<string> {
  const url = await frame.picture(PATIENCE_MS);
  const bytes = Uint8Array.from(atob(url.slice(url.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));
  const query = new URLSearchParams({ mode: "note", name });
  const response = await fetch(`/files/uploads/${encodeURIComponent(ticket)}?${query}`, {
    method: "POST",
    headers: { "content-type": "image/jpeg" },
    body: bytes,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok) throw new Error(`${response.status}`);
  return ((await response.json()) as { id: string }).id;
}
