// When to try again what could not be sent.

/** Milliseconds before the next try, doubled with each failure; half of it by chance, so that a
 * thousand pages do not come back together. */
export function backoff(first: number, longest: number, failures: number): number {
  const growing = Math.min(longest, first * 2 ** failures);
  return growing / 2 + (Math.random() * growing) / 2;
}

/** Milliseconds that a server asks for, if it asks for any. */
export function retryAfter(response: Response, longest: number): number | undefined {
  const seconds = Number(response.headers.get("Retry-After"));
  return seconds > 0 ? Math.min(seconds * 1_000, longest) : undefined;
}
