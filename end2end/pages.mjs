// What the pages of a running demo take, one request after the other: p50 and p90 in milliseconds.
//   node end2end/pages.mjs [url] [requests]
const [base = "http://127.0.0.1:3000", requests = "200"] = process.argv.slice(2);
/** The first ones open connections and fill caches. */
const WARM_UP = 20;

const form = new URLSearchParams({ email: "priya@acme.example", password: "rapport-demo", next: "" });
const login = await fetch(`${base}/login`, { method: "POST", body: form, redirect: "manual", headers: { "sec-fetch-site": "same-origin" } });
const cookie = login.headers.get("set-cookie")?.split(";")[0];
if (!cookie) throw new Error(`the log-in was answered ${login.status}`);
const headers = { cookie, accept: "text/html" };
// The customer of the demo's story.
const found = await (await fetch(`${base}/customers?q=alex.morgan`, { headers })).text();
const customer = /\/customers\/cus_\w+/.exec(found)?.[0];
if (!customer) throw new Error("the demo is not loaded");

for (const path of ["/login", "/inbox", "/customers", customer]) {
  const times = [];
  for (let n = 0; n < Number(requests); n++) {
    const began = performance.now();
    const answer = await fetch(`${base}${path}`, { headers });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`);
    if (n >= WARM_UP) times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(times.length * share)].toFixed(1);
  console.log(`${path.replace(/cus_.*/, "alex")}\tp50 ${at(0.5)}\tp90 ${at(0.9)}`);
}
