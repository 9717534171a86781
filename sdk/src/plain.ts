// What a page hands over, as JSON can say it: nothing in it may throw into the page.

import type { Properties } from "./types.js";

/** Levels, and properties of one thing, that travel; a document or a framework's object has no end. */
const DEPTH = 10;
const WIDTH = 500;
/** Characters of one text when an event is too large as it is. */
const SHORT = 500;

/** A copy that JSON can say. What cannot be read says so, and costs nothing else. */
export function plain(value: unknown, depth = 0, above: unknown[] = []): unknown {
  try {
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        return Number.isFinite(value) ? value : String(value);
      case "bigint":
        return String(value);
      case "object":
        return value && thing(value, depth, above);
      default:
        return undefined;
    }
  } catch {
    return "[unreadable]";
  }
}

function thing(value: object, depth: number, above: unknown[]): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Node || value instanceof Event || value === window) return String(value);
  if (above.includes(value)) return "[circular]";
  if (depth >= DEPTH) return "[too deep]";
  const inner = [...above, value];
  const own = value as { toJSON?: unknown };
  if (typeof own.toJSON === "function") return plain(own.toJSON(), depth + 1, inner);
  if (value instanceof Map) return thing(Object.fromEntries(value), depth, above);
  if (value instanceof Set) return thing([...value], depth, above);
  if (Array.isArray(value)) return value.slice(0, WIDTH).map((item) => plain(item, depth + 1, inner) ?? null);
  const copy: Properties = {};
  for (const key of Object.keys(value).slice(0, WIDTH)) {
    try {
      copy[key] = plain((value as Properties)[key], depth + 1, inner);
    } catch {
      copy[key] = "[unreadable]";
    }
  }
  return copy;
}

/** The properties that a page hands over; anything else is none. */
export function properties(value: unknown): Properties {
  const copy = plain(value);
  return copy && typeof copy === "object" && !Array.isArray(copy) ? (copy as Properties) : {};
}

/** The same with long texts cut. */
export function shortened(value: unknown): unknown {
  if (typeof value === "string") return value.length > SHORT ? `${value.slice(0, SHORT)}…` : value;
  if (Array.isArray(value)) return value.slice(0, SHORT).map(shortened);
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortened(item)]));
}

/** An id as text: 42 and "42" are one. */
export function id(value: unknown): string | undefined {
  if (typeof value === "number" && !Number.isFinite(value)) return undefined;
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "bigint") return undefined;
  return String(value).trim() || undefined;
}
