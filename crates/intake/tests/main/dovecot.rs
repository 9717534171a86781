//! A real IMAP server, on a free loopback port, with everything it writes in a folder of its own.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio_rustls::rustls::pki_types::CertificateDer;

pub struct Dovecot {
    pub addr: SocketAddr,
    /// Where it speaks TLS from the start.
    pub tls_addr: SocketAddr,
    /// What it proves to be 127.0.0.1 with.
    pub certificate: CertificateDer<'static>,
    dir: PathBuf,
    process: Child,
    delivered: AtomicU32,
}

impl Dovecot {
    /// Starts a server with the user `support`, password `secret`.
    pub fn start() -> Self {
        let (port, tls_port) = (free_port(), free_port());
        let dir =
            std::env::temp_dir().join(format!("rapport-dovecot-{}-{port}", std::process::id()));
        fs::create_dir_all(dir.join("mail/cur")).unwrap();
        fs::create_dir_all(dir.join("mail/new")).unwrap();
        fs::create_dir_all(dir.join("mail/tmp")).unwrap();
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_string()]).unwrap();
        fs::write(dir.join("cert.pem"), made.cert.pem()).unwrap();
        fs::write(dir.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        let me = owner(&dir);
        let config = dir.join("dovecot.conf");
        fs::write(&config, settings(&dir, port, tls_port, &me)).unwrap();
        if me.root {
            // Root's server hands the mail to the user that the package made.
            let owned = Command::new("chown").args(["-R", &me.name]).arg(dir.join("mail")).status();
            assert!(owned.unwrap().success());
        }
        let process = Command::new(program())
            .arg("-F")
            .arg("-c")
            .arg(&config)
            .stdin(Stdio::null())
            .spawn()
            .expect("dovecot is installed: scripts/setup.sh --tests");
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let (addr, tls_addr) = (at(port), at(tls_port));
        let certificate = made.cert.der().clone();
        let began = Instant::now();
        while std::net::TcpStream::connect(addr).is_err() {
            let log = || fs::read_to_string(dir.join("log")).unwrap_or_default();
            assert!(began.elapsed() < Duration::from_secs(20), "dovecot did not start: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { addr, tls_addr, certificate, dir, process, delivered: AtomicU32::new(0) }
    }

    /// Puts a mail into the inbox, as a delivery agent does.
    pub fn deliver(&self, raw: &str) {
        let n = self.delivered.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}.{n}.test", 1_700_000_000 + n);
        let written = self.dir.join("mail/tmp").join(&name);
        fs::write(&written, raw).unwrap();
        if owner(&self.dir).root {
            let owned = Command::new("chown").arg(owner(&self.dir).name).arg(&written).status();
            assert!(owned.unwrap().success());
        }
        fs::rename(written, self.dir.join("mail/new").join(name)).unwrap();
    }

    /// Many at once, without a process for each.
    pub fn deliver_all(&self, mails: impl Iterator<Item = String>) {
        for raw in mails {
            let n = self.delivered.fetch_add(1, Ordering::Relaxed);
            fs::write(
                self.dir.join("mail/new").join(format!("{}.{n}.test", 1_700_000_000 + n)),
                raw,
            )
            .unwrap();
        }
        let me = owner(&self.dir);
        if me.root {
            let owned = Command::new("chown")
                .args(["-R", &me.name])
                .arg(self.dir.join("mail/new"))
                .status();
            assert!(owned.unwrap().success());
        }
    }

    /// Makes the server forget its numbers: the next ones have another uidvalidity.
    pub fn renumber(&self) {
        for entry in fs::read_dir(self.dir.join("mail")).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                fs::remove_file(path).unwrap();
            }
        }
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // Its own children end with it when it is asked to, not when it is killed.
        let asked = Command::new("kill").arg(self.process.id().to_string()).status();
        if !asked.is_ok_and(|s| s.success()) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn program() -> &'static str {
    ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot", "/opt/homebrew/sbin/dovecot"]
        .into_iter()
        .find(|path| Path::new(path).exists())
        .unwrap_or("dovecot")
}

struct Owner {
    name: String,
    group: String,
    root: bool,
}

/// Whom the mail belongs to: us, or a harmless user where we are root.
fn owner(_: &Path) -> Owner {
    let said = |args: &[&str]| {
        let out = Command::new("id").args(args).output().unwrap();
        String::from_utf8(out.stdout).unwrap().trim().to_string()
    };
    let root = said(&["-u"]) == "0";
    let name = if root { "dovenull".to_string() } else { said(&["-un"]) };
    let group = said(&["-gn", &name]);
    Owner { name, group, root }
}

fn settings(dir: &Path, port: u16, tls_port: u16, me: &Owner) -> String {
    let (dir, Owner { name, group, .. }) = (dir.display(), me);
    format!(
        "base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{dir}/cert.pem
ssl_key = <{dir}/key.pem
disable_plaintext_auth = no
default_internal_user = {name}
default_internal_group = {group}
default_login_user = {name}
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:{dir}/mail
maildir_very_dirty_syncs = no
mailbox_idle_check_interval = 1 secs
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={name} gid={group} home={dir}
}}
"
    )
}
