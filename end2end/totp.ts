// What an authenticator app shows (RFC 6238).
import { createHmac } from "node:crypto";

/** The code that an authenticator app shows for this key, so many seconds from now. */
export function code(key: string, seconds = 0) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...key.replaceAll(" ", "")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor((Date.now() / 1000 + seconds) / 30)));
  const hash = createHmac("sha1", secret).update(counter).digest();
  const number = (hash.readUInt32BE((hash[19] ?? 0) & 15) & 0x7fffffff) % 1_000_000;
  return String(number).padStart(6, "0");
}
