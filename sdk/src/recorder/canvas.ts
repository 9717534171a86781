// What canvas elements show, where the workspace wants it: a picture of each that changed, some times a second. The
// browser makes it aside; no worker is needed, which a page's policy may forbid.

const A_SECOND = 2;
const QUALITY = 0.5;
/** A larger one is left out: it would cost the page too much. */
const PIXELS_MAX = 4_000_000;

export interface Canvases {
  /** Every canvas is told again: a whole picture of the page holds none of them. */
  again(): void;
  end(): void;
}

/** Tells the pictures of those that are wanted as `data:` addresses, until it is ended. */
export function canvases(isWanted: (canvas: HTMLCanvasElement) => boolean, tell: (canvas: HTMLCanvasElement, url: string) => void): Canvases {
  const { getContext } = HTMLCanvasElement.prototype;
  // WebGL forgets what it drew as soon as that is on the screen.
  HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, given?: object) {
    const options = /^(experimental-)?webgl/.test(kind) ? { ...given, preserveDrawingBuffer: true } : given;
    return (getContext as (kind: string, options?: object) => RenderingContext | null).call(this, kind, options);
  } as typeof getContext;
  let last = new WeakMap<HTMLCanvasElement, string>();
  const busy = new WeakSet<HTMLCanvasElement>();
  let ended = false;

  const draw = async (canvas: HTMLCanvasElement) => {
    const round = last;
    busy.add(canvas);
    const url = await picture(canvas).catch(() => undefined);
    // One that holds others' pictures cannot be read, now or later.
    if (url === undefined) return;
    busy.delete(canvas);
    if (ended || round !== last || last.get(canvas) === url) return;
    last.set(canvas, url);
    tell(canvas, url);
  };
  const timer = setInterval(() => {
    if (document.visibilityState === "hidden") return;
    for (const canvas of document.querySelectorAll("canvas")) {
      const pixels = canvas.width * canvas.height;
      if (pixels && pixels <= PIXELS_MAX && !busy.has(canvas) && isWanted(canvas)) void draw(canvas);
    }
  }, 1_000 / A_SECOND);
  return {
    again: () => (last = new WeakMap()),
    end: () => {
      ended = true;
      clearInterval(timer);
      HTMLCanvasElement.prototype.getContext = getContext;
    },
  };
}

async function picture(canvas: HTMLCanvasElement): Promise<string> {
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/webp", QUALITY));
  if (!blob) throw new Error("no picture");
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = failed;
    reader.readAsDataURL(blob);
  });
}
