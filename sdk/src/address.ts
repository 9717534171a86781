// Addresses as they may be told: what lets somebody in stays with the browser.

/** Names of values that open something: a log-in, a reset of a password, a session. */
const OPENS = /token|secret|passw|auth|signature|session|jwt|otp|api_?key|^code$/i;

/** The address without the values of such names. */
export function told(href: string): string {
  const opens = (all: string, head: string, name: string) => (OPENS.test(name) ? `${head}…` : all);
  return href.replace(/([?&#;]([^=&#?;]*)=)[^&#;]*/g, opens);
}
