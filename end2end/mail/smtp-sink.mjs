// A real SMTP server for tests, which keeps nothing and can misbehave.
//
// Prints one JSON line an event: {event: "listening", port}, {event: "connect"},
// {event: "mail", from, to, user, raw} with raw in base64, {event: "mode", mode}.
// Reads one mode a line:
//   ok
//   down            nobody listens any more
//   later, never    RCPT TO is answered 451 or 550; `never:boss@` refuses those alone
//   never-text      the text is answered 554
//   slow:200        each command is answered so many milliseconds later
//   die             reads the whole text, then hangs up without a word
//   auth            a login as agent / hunter2 is asked for
// SINK_CERT and SINK_KEY name files in PEM for TLS: by STARTTLS, or from the start with
// SINK_TLS=implicit.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { SMTPServer } from "smtp-server";

let mode = "ok";
let port = 0;
let server;

const { SINK_CERT, SINK_KEY, SINK_TLS } = process.env;
const tls = SINK_CERT
  ? { secure: SINK_TLS === "implicit", cert: readFileSync(SINK_CERT), key: readFileSync(SINK_KEY) }
  : {};

const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const pause = () => {
  const [name, ms] = mode.split(":");
  return new Promise((done) => setTimeout(done, name === "slow" ? Number(ms) : 0));
};
const refusal = (code, text) => Object.assign(new Error(text), { responseCode: code });

function make() {
  return new SMTPServer({
    ...tls,
    authOptional: true,
    allowInsecureAuth: true,
    logger: false,
    disableReverseLookup: true,
    onConnect(_session, done) {
      say({ event: "connect" });
      pause().then(() => done());
    },
    onAuth(auth, _session, done) {
      const right = auth.username === "agent" && auth.password === "hunter2";
      done(right ? null : refusal(535, "Wrong password"), { user: auth.username });
    },
    onMailFrom(_address, session, done) {
      const closed = mode === "auth" && !session.user;
      pause().then(() => done(closed ? refusal(530, "Log in first") : null));
    },
    onRcptTo({ address }, _session, done) {
      const [name, only = ""] = mode.split(":");
      const refused = address.startsWith(only)
        ? { later: refusal(451, "Try again later"), never: refusal(550, "No such user here") }[name]
        : null;
      pause().then(() => done(refused ?? null));
    },
    onData(stream, session, done) {
      const chunks = [];
      stream.on("data", (chunk) => chunks.push(chunk));
      stream.on("end", async () => {
        await pause();
        if (mode === "never-text") return done(refusal(554, "We do not like this text"));
        const { mailFrom, rcptTo } = session.envelope;
        const raw = Buffer.concat(chunks).toString("base64");
        const to = rcptTo.map((r) => r.address);
        say({ event: "mail", from: mailFrom.address, to, user: session.user ?? null, raw });
        if (mode === "die") return hangUp(session);
        done();
      });
    },
  });
}

function hangUp(session) {
  for (const connection of server.connections) {
    if (connection.id === session.id) connection._socket.destroy();
  }
}

function listen(then) {
  server = make();
  server.on("error", (error) => {
    // A client that does not like our certificate hangs up; that is its right.
    if (error.code === "EADDRINUSE") throw error;
  });
  server.listen(port, "127.0.0.1", () => {
    port = server.server.address().port;
    then();
  });
}

listen(() => say({ event: "listening", port }));
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const was = mode;
  mode = line.trim();
  const done = () => say({ event: "mode", mode });
  if (mode === "down" && was !== "down") server.close(done);
  else if (mode !== "down" && was === "down") listen(done);
  else done();
});
// Whoever started us is gone.
lines.on("close", () => process.exit(0));
