// Real mail servers beside a flow: Dovecot to read from, and the SMTP sink to send to.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** A mail that the sink took; `raw` as it came. */
export type Sent = { to: string[]; raw: string };

/** `smtp-sink.mjs` as a process; see there how it can misbehave. */
export class Sink {
  port = 0;
  private mails: Sent[] = [];
  private constructor(private child: ChildProcess) {}

  static async start() {
    const child = spawn("node", [fileURLToPath(new URL("smtp-sink.mjs", import.meta.url))], { stdio: ["pipe", "pipe", "inherit"] });
    const sink = new Sink(child);
    await new Promise<void>((listening) => {
      createInterface({ input: child.stdout! }).on("line", (line) => {
        const said = JSON.parse(line);
        if (said.event === "mail") sink.mails.push({ to: said.to, raw: Buffer.from(said.raw, "base64").toString() });
        if (said.event === "listening") {
          sink.port = said.port;
          listening();
        }
      });
    });
    return sink;
  }

  /** The mail that holds a text; waits for it. */
  async mail(text: string, seconds = 30) {
    for (let tries = 0; tries < seconds * 10; tries++) {
      const found = this.mails.find(({ raw }) => raw.includes(text));
      if (found) return found;
      await pause(100);
    }
    throw new Error(`no mail with ${text} after ${seconds} s`);
  }

  stop() {
    this.child.stdin!.end();
  }
}

async function freePort() {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

const id = (...args: string[]) => execFileSync("id", args).toString().trim();

/** An IMAP server with the user `support`, password `secret`, and an empty inbox. */
export class Dovecot {
  private delivered = 0;
  private constructor(readonly port: number, private dir: string, private owner: string, private child: ChildProcess) {}

  static async start() {
    const port = await freePort();
    const dir = mkdtempSync(join(tmpdir(), "rapport-dovecot-"));
    for (const part of ["cur", "new", "tmp"]) mkdirSync(join(dir, "mail", part), { recursive: true });
    // Root's server hands the mail to the user that the package made.
    const owner = id("-u") === "0" ? "dovenull" : id("-un");
    const config = join(dir, "dovecot.conf");
    writeFileSync(config, settings(dir, port, owner));
    execFileSync("chown", ["-R", owner, join(dir, "mail")]);
    execFileSync("chmod", ["755", dir]);
    const program = process.platform === "darwin" ? "dovecot" : "/usr/sbin/dovecot";
    const child = spawn(program, ["-F", "-c", config], { stdio: "inherit" });
    for (let tries = 0; ; tries++) {
      const up = await new Promise<boolean>((done) => {
        const socket = connect(port, "127.0.0.1", () => done(!!socket.end()));
        socket.on("error", () => done(false));
      });
      if (up) return new Dovecot(port, dir, owner, child);
      if (tries > 200) throw new Error("dovecot did not start; scripts/setup.sh --tests installs it");
      await pause(50);
    }
  }

  /** Puts a mail into the inbox, as a delivery agent does. */
  deliver(lines: string[]) {
    const name = `${Date.now()}.${this.delivered++}.test`;
    const written = join(this.dir, "mail/tmp", name);
    writeFileSync(written, lines.join("\r\n"));
    chownSync(written, Number(id("-u", this.owner)), Number(id("-g", this.owner)));
    renameSync(written, join(this.dir, "mail/new", name));
  }

  async stop() {
    const gone = new Promise((done) => this.child.once("exit", done));
    this.child.kill("SIGTERM");
    await gone;
    rmSync(this.dir, { recursive: true, force: true });
  }
}

const settings = (dir: string, port: number, owner: string) => `base_dir = ${dir}/run
state_dir = ${dir}/state
log_path = ${dir}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = ${owner}
default_internal_group = ${id("-gn", owner)}
default_login_user = ${owner}
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:${dir}/mail
maildir_very_dirty_syncs = no
mailbox_idle_check_interval = 1 secs
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=${owner} gid=${id("-gn", owner)} home=${dir}
}
`;
