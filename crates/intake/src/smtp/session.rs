//! One connection.

use super::command::{Command, Hello, parse};
use super::lines::{Line, read_line};
use super::text::{Text, read_text};
use super::{Protocol, Speech};
use crate::intake::stopped;
use crate::{Intake, Stop};
use rapport_domain::message::{Envelope, MailSource};
use rapport_domain::{AppError, WorkspaceId, limits};
use rapport_services::messages::{self, Arrived};
use rapport_services::receiving;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

/// Bytes of a command line (RFC 5321 has 512, extensions add to it).
const COMMAND_BYTES: usize = 2_048;
/// Recipients of one mail; the client sends the rest in another transaction.
const RECIPIENTS_MAX: usize = 100;
/// Mistakes, and commands, of one connection.
const MISTAKES_MAX: usize = 20;
const COMMANDS_MAX: usize = 5_000;
/// How long an answer may take to be read.
const ANSWER_TIME: Duration = Duration::from_secs(30);

pub(super) struct Session {
    speech: Arc<Speech>,
    /// Whether what is said is encrypted by now.
    secure: bool,
    peer: IpAddr,
    intake: Intake,
    /// Room for mails that are being sent, in steps of a megabyte, shared by all connections.
    in_flight: Arc<Semaphore>,
    helo: Option<String>,
    mail_from: Option<String>,
    recipients: Vec<(WorkspaceId, String)>,
}

impl Session {
    pub fn new(
        speech: Arc<Speech>,
        peer: IpAddr,
        intake: Intake,
        in_flight: Arc<Semaphore>,
    ) -> Self {
        let (helo, mail_from, recipients) = (None, None, Vec::new());
        Self { speech, secure: false, peer, intake, in_flight, helo, mail_from, recipients }
    }

    /// Talks until the client quits, gives up or makes too many mistakes.
    pub async fn run(mut self, mut stream: TcpStream, mut stop: Stop) -> io::Result<()> {
        let kind = if self.speech.protocol == Protocol::Lmtp { "LMTP" } else { "ESMTP" };
        say(&mut stream, &format!("220 {} {kind} Rapport", self.speech.hostname)).await?;
        let Some(stream) = self.talk(stream, &mut stop).await? else { return Ok(()) };
        let Some(tls) = &self.speech.tls else { return Ok(()) };
        let stream = tls.accept(stream).await?;
        self.secure = true;
        self.talk(stream, &mut stop).await.map(drop)
    }

    /// Talks over this stream; gives it back where it is to be encrypted.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: S,
        stop: &mut Stop,
    ) -> io::Result<Option<S>> {
        let (reader, mut writer) = tokio::io::split(stream);
        let mut reader = BufReader::new(reader);
        let (mut line, mut mistakes) = (Vec::new(), 0);
        for _ in 0..COMMANDS_MAX {
            let read = tokio::select! {
                () = stopped(stop) => {
                    say(&mut writer, "421 4.3.2 Stopping, try again later").await?;
                    return Ok(None);
                }
                read = read_line(&mut reader, &mut line, COMMAND_BYTES) => read?,
            };
            let command = match read {
                Line::End => return Ok(None),
                Line::TooLong => Command::Malformed,
                Line::Whole => parse(&line),
            };
            if command == Command::Quit {
                say(&mut writer, "221 2.0.0 Bye").await?;
                return Ok(None);
            }
            if command == Command::StartTls && self.offers_tls() {
                // What somebody in between put behind the command would pass for encrypted.
                if !reader.buffer().is_empty() {
                    say(&mut writer, "503 5.5.1 Wait for my answer").await?;
                    return Ok(None);
                }
                say(&mut writer, "220 2.0.0 Go on").await?;
                self.helo = None;
                self.reset();
                return Ok(Some(reader.into_inner().unsplit(writer)));
            }
            if command == Command::Data && !self.recipients.is_empty() {
                say(&mut writer, "354 Go on, end with a dot alone").await?;
                if !self.data(&mut reader, &mut writer).await? {
                    return Ok(None);
                }
                continue;
            }
            let answer = self.answer(command).await;
            mistakes += usize::from(answer.starts_with('5'));
            say(&mut writer, &answer).await?;
            if mistakes >= MISTAKES_MAX {
                break;
            }
        }
        say(&mut writer, "421 4.7.0 Enough of this").await?;
        Ok(None)
    }

    fn offers_tls(&self) -> bool {
        self.speech.tls.is_some() && !self.secure
    }

    async fn answer(&mut self, command: Command) -> String {
        match command {
            Command::Hello { verb, name } => self.hello(verb, name),
            Command::Mail { from, size } => self.mail(from, size).to_string(),
            Command::Rcpt(to) => self.rcpt(to).await.to_string(),
            Command::Data => "503 5.5.1 First tell me for whom".into(),
            Command::Reset => {
                self.reset();
                "250 2.0.0 Forgotten".into()
            }
            Command::Noop => "250 2.0.0 Still here".into(),
            // Whether an address exists is told to those alone who bring it a mail.
            Command::Verify => "252 2.5.2 Send a mail and see".into(),
            Command::Malformed => "501 5.5.4 This cannot be read".into(),
            Command::Unsupported => "555 5.5.4 This parameter is not spoken here".into(),
            Command::Unknown | Command::StartTls | Command::Quit => {
                "502 5.5.1 This is not spoken here".into()
            }
        }
    }

    fn hello(&mut self, verb: Hello, name: String) -> String {
        if (verb == Hello::Lhlo) != (self.speech.protocol == Protocol::Lmtp) {
            return "500 5.5.1 Greet me as the protocol has it".into();
        }
        self.reset();
        self.helo = Some(name);
        if verb == Hello::Helo {
            return format!("250 {}", self.speech.hostname);
        }
        let tls = if self.offers_tls() { "250-STARTTLS\r\n" } else { "" };
        format!(
            "250-{}\r\n250-SIZE {}\r\n{tls}250-8BITMIME\r\n250-SMTPUTF8\r\n250-PIPELINING\r\n250 ENHANCEDSTATUSCODES",
            self.speech.hostname,
            limits::EMAIL_BYTES
        )
    }

    fn mail(&mut self, from: String, size: usize) -> &'static str {
        if self.helo.is_none() {
            return "503 5.5.1 Greet me first";
        }
        if self.mail_from.is_some() {
            return "503 5.5.1 One mail at a time";
        }
        if size > limits::EMAIL_BYTES {
            return "552 5.3.4 A mail may have 25 MB";
        }
        self.mail_from = Some(from);
        "250 2.1.0 Go on"
    }

    /// Takes a recipient that is a mailbox, with or without a tag, and no other.
    async fn rcpt(&mut self, to: String) -> &'static str {
        if self.mail_from.is_none() {
            return "503 5.5.1 First tell me from whom";
        }
        if self.recipients.len() >= RECIPIENTS_MAX {
            return "452 4.5.3 Enough for one mail";
        }
        match receiving::workspace_of(self.intake.store(), &to).await {
            Ok(Some(workspace)) => {
                self.recipients.push((workspace, to));
                "250 2.1.5 Go on"
            }
            Ok(None) => "550 5.1.1 There is no such mailbox",
            Err(error) => {
                tracing::warn!(%error, "cannot look up a mailbox");
                "451 4.3.0 Try again later"
            }
        }
    }

    fn reset(&mut self) {
        self.mail_from = None;
        self.recipients.clear();
    }

    /// Reads a mail, stores it and answers; false when the client hung up.
    async fn data(
        &mut self,
        reader: &mut (impl AsyncBufRead + Unpin),
        writer: &mut (impl AsyncWrite + Unpin),
    ) -> io::Result<bool> {
        let answers = match read_text(reader, &self.in_flight).await? {
            Text::End => return Ok(false),
            Text::Refused(why) => vec![why; self.recipients.len()],
            // Its room is taken until it is stored.
            Text::Whole(text, _room) => self.store(text).await,
        };
        match self.speech.protocol {
            // One answer speaks for all: a mail that was not stored everywhere comes again.
            Protocol::Smtp => {
                let worst = answers.iter().max_by_key(|a| (a.starts_with('4'), a.starts_with('5')));
                say(writer, worst.copied().unwrap_or("451 4.3.0 Try again later")).await?;
            }
            Protocol::Lmtp => {
                for answer in answers {
                    say(writer, answer).await?;
                }
            }
        }
        self.reset();
        Ok(true)
    }

    /// Stores the mail once in each workspace; an answer for each recipient in their order.
    async fn store(&mut self, text: Vec<u8>) -> Vec<&'static str> {
        let mail_from = self.mail_from.clone().unwrap_or_default();
        let raw = [format!("Return-Path: <{mail_from}>\r\n").into_bytes(), text].concat();
        let source = match self.speech.protocol {
            Protocol::Smtp => MailSource::Smtp,
            Protocol::Lmtp => MailSource::Lmtp,
        };
        let mut answers: Vec<(WorkspaceId, &'static str)> = Vec::new();
        for (workspace, _) in &self.recipients {
            if answers.iter().any(|(done, _)| done == workspace) {
                continue;
            }
            let own = self.recipients.iter().filter(|(w, _)| w == workspace);
            let envelope = Envelope {
                ip: Some(self.peer),
                helo: self.helo.clone(),
                mail_from: Some(mail_from.clone()),
                rcpt_to: own.map(|(_, to)| to.clone()).collect(),
                trusted_authserv: None,
            };
            let arrived = Arrived { raw: raw.clone(), source, envelope, received_at: None };
            let stored = messages::store_mail(&self.intake.ctx(*workspace), arrived).await;
            let answer = match stored {
                Ok(mail) => {
                    self.intake.file_soon(*workspace, mail.id);
                    "250 2.0.0 Stored"
                }
                Err(AppError::Invalid(_)) => {
                    "554 5.6.0 This mail is empty, too large or for too many"
                }
                Err(error) => {
                    tracing::warn!(%error, "a mail was not stored");
                    "451 4.3.0 Try again later"
                }
            };
            answers.push((*workspace, answer));
        }
        let of = |w: &WorkspaceId| answers.iter().find(|(a, _)| a == w).map(|(_, answer)| *answer);
        self.recipients.iter().filter_map(|(w, _)| of(w)).collect()
    }
}

async fn say(writer: &mut (impl AsyncWrite + Unpin), answer: &str) -> io::Result<()> {
    let line = format!("{answer}\r\n");
    let write = async {
        writer.write_all(line.as_bytes()).await?;
        writer.flush().await
    };
    tokio::time::timeout(ANSWER_TIME, write).await.map_err(|_| io::ErrorKind::TimedOut)?
}
