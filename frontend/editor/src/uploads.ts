// Files that are dropped, pasted or chosen: sent to the server at once, with their progress.
// What arrived is the page's to show; the event `rapport:files` tells it.
import { button } from "./toolbar";

type Uploaded = { id: string; name: string; thumb: string | null };
/** Whether the transfer held files, which are then on their way. `inline`: pictures go into the text. */
type Attach = (transfer: DataTransfer | null, inline: boolean) => boolean;

/** Uploads at once; the others wait. */
const AT_ONCE = 2;

export function uploads(composer: HTMLElement, ticket: string, mode: () => string, picture: (file: string, name: string) => void): Attach {
  const list = composer.querySelector<HTMLElement>(".uploading");
  const bar = composer.querySelector<HTMLElement>(".tools");
  const told = () => void composer.dispatchEvent(new Event("rapport:files", { bubbles: true }));
  const waiting: (() => Promise<void>)[] = [];
  let busy = 0;

  const next = () => {
    const job = busy < AT_ONCE && waiting.shift();
    if (!job) return;
    busy++;
    job().finally(() => {
      busy--;
      next();
    });
  };

  const send = (file: File, inline: boolean) => {
    const name = file.name || "picture.png";
    const row = progress(name);
    list?.append(row.element);
    const request = new XMLHttpRequest();
    const into = mode();
    row.cancel.addEventListener("click", () => {
      request.abort();
      row.element.remove();
    });
    waiting.push(
      () =>
        new Promise((done) => {
          if (!row.element.isConnected) return done();
          request.upload.addEventListener("progress", (event) => event.lengthComputable && (row.bar.value = event.loaded / event.total));
          request.addEventListener("loadend", () => {
            done();
            if (request.status === 0 && !row.element.isConnected) return;
            if (request.status >= 200 && request.status < 300) {
              const uploaded: Uploaded = request.response;
              if (inline && uploaded.thumb) picture(uploaded.id, uploaded.name);
              row.element.remove();
              told();
            } else row.fail(request.response?.message ?? "The server could not be reached.");
          });
          request.open("POST", `/files/uploads/${ticket}?${new URLSearchParams({ mode: into, name })}`);
          request.responseType = "json";
          request.setRequestHeader("accept", "application/json");
          request.setRequestHeader("content-type", file.type || "application/octet-stream");
          request.send(file);
        }),
    );
    next();
  };

  const attach: Attach = (transfer, inline) => {
    const files = Array.from(transfer?.files ?? []);
    // Text that was copied from an office program brings a picture of itself along.
    if (files.length === 0 || (inline && transfer?.types.includes("text/html"))) return false;
    for (const file of files) send(file, inline && file.type.startsWith("image/"));
    return true;
  };

  const chooser = document.createElement("input");
  chooser.type = "file";
  chooser.multiple = true;
  chooser.hidden = true;
  chooser.addEventListener("change", () => {
    for (const file of Array.from(chooser.files ?? [])) send(file, false);
    chooser.value = "";
  });
  const open = button("Attach files", "paperclip");
  open.addEventListener("click", () => chooser.click());
  bar?.append(open, chooser);

  // Anywhere on the composer; the text itself takes what is dropped on it.
  let depth = 0;
  const over = (change: number) => composer.classList.toggle("dropping", (depth += change) > 0);
  const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  composer.addEventListener("dragenter", (event) => holdsFiles(event) && over(1));
  composer.addEventListener("dragleave", (event) => holdsFiles(event) && over(-1));
  composer.addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());
  composer.addEventListener("drop", (event) => {
    over(-depth);
    if (event.defaultPrevented || !holdsFiles(event)) return;
    event.preventDefault();
    attach(event.dataTransfer, false);
  });

  // Taking one off: without scripts its form does it, and loads the page again.
  composer.parentElement?.querySelector(".uploads")?.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const file = /^\/files\/attachments\/[^/]+(?=\/remove$)/.exec(form.getAttribute("action") ?? "");
    if (!file) return;
    event.preventDefault();
    fetch(file[0], { method: "DELETE" }).finally(told);
  });
  return attach;
}

function progress(name: string) {
  const element = document.createElement("li");
  const label = document.createElement("span");
  label.className = "clip";
  label.textContent = name;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.setAttribute("aria-label", `Uploading ${name}`);
  const cancel = button(`Cancel ${name}`, "x");
  element.append(label, bar, cancel);
  const fail = (why: string) => {
    const error = document.createElement("span");
    error.className = "form-error";
    error.setAttribute("role", "alert");
    error.textContent = why;
    bar.replaceWith(error);
    cancel.title = "Dismiss";
  };
  return { element, bar, cancel, fail };
}
