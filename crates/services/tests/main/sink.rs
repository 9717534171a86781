//! A real SMTP server beside the test: `end2end/mail/smtp-sink.mjs`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rapport_mail::ParsedEmail;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// The server; it ends with the test.
pub struct Sink {
    child: Child,
    stdin: ChildStdin,
    events: Receiver<Value>,
    pub port: u16,
}

/// A mail that it took.
#[derive(Debug)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    pub user: Option<String>,
    pub raw: Vec<u8>,
}

impl Mail {
    pub fn read(&self) -> ParsedEmail {
        rapport_mail::parse(&self.raw).unwrap()
    }
}

impl Sink {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same with other surroundings: the variables that it says it reads.
    pub fn start_with(variables: &[(&str, &str)]) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../end2end");
        let mut child = Command::new("node")
            .arg("mail/smtp-sink.mjs")
            .current_dir(root)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node: scripts/setup.sh --tests installs it");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let stdin = child.stdin.take().unwrap();
        let (send, events) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                // Fails when the test is over.
                let _ = send.send(serde_json::from_str::<Value>(&line).unwrap());
            }
        });
        let mut sink = Self { child, stdin, events, port: 0 };
        sink.port = u16::try_from(sink.next("listening")["port"].as_u64().unwrap()).unwrap();
        sink
    }

    /// Changes how it behaves, and waits until it does.
    pub fn mode(&mut self, mode: &str) {
        writeln!(self.stdin, "{mode}").unwrap();
        assert_eq!(self.next("mode")["mode"], mode);
    }

    /// The next mail, which has to be there already or any moment.
    pub fn mail(&self) -> Mail {
        let event = self.next("mail");
        let text = |value: &Value| value.as_str().map(String::from);
        Mail {
            from: text(&event["from"]).unwrap(),
            to: event["to"].as_array().unwrap().iter().filter_map(text).collect(),
            user: text(&event["user"]),
            raw: STANDARD.decode(event["raw"].as_str().unwrap()).unwrap(),
        }
    }

    /// Fails when there is one more mail.
    pub fn no_more_mail(&self) {
        while let Ok(event) = self.events.recv_timeout(Duration::from_millis(200)) {
            assert_ne!(event["event"], "mail", "{event}");
        }
    }

    fn next(&self, kind: &str) -> Value {
        loop {
            let event = self.events.recv_timeout(Duration::from_secs(10)).expect("an event");
            if event["event"] == kind {
                return event;
            }
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
