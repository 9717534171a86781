// Part of the page's own module: fetches the editor once a composer is on the page.
declare const EDITOR: string;

let module: Promise<typeof import("./mount")> | undefined;

// The event does not bubble: it is seen on its way down.
document.addEventListener(
  "rapport:composer",
  (event) => {
    const area = event.target;
    if (!(area instanceof HTMLTextAreaElement)) return;
    module ??= import(EDITOR);
    // Without it the field is what it was: a textarea that takes Markdown.
    module.then(({ mount }) => mount(area)).catch(() => (module = undefined));
  },
  true,
);
