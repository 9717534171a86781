//! Handing a mail to an SMTP server, one recipient's answer at a time.

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use rapport_domain::mailbox::{Server, Tls};
use rapport_domain::{limits, text};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use tokio::time::timeout;

const CONNECT: Duration = Duration::from_secs(10);
const COMMAND: Duration = Duration::from_secs(30);
/// A server may scan a big mail before it answers.
const CONTENT: Duration = Duration::from_secs(90);
/// Everything before the text. Together with it well within a job's lease.
const ADDRESSING: Duration = Duration::from_secs(120);
const PARTING: Duration = Duration::from_secs(2);

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The server is away, busy, or set up in a way that an admin can mend.
    Later,
    /// The server refused this mail for good.
    Never,
    /// The mail was handed over and the answer never came: it may have arrived.
    Unclear,
}

/// Why a mail did not go, in the server's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub kind: Kind,
    pub code: Option<i16>,
    pub text: String,
}

/// What the server said to each recipient.
pub type Answers = Vec<(String, Result<(), Failure>)>;

/// Hands over one mail. `handing_over` runs just before its text goes, for from then on only
/// the server knows.
pub async fn deliver(
    server: &Server,
    password: Option<&SecretString>,
    from: &str,
    to: &[String],
    raw: &[u8],
    handing_over: impl AsyncFnOnce() -> Result<(), Failure>,
) -> Result<Answers, Failure> {
    let addressed = timeout(ADDRESSING, address(server, password, from, to)).await;
    let (mut smtp, answers) = addressed.unwrap_or_else(|_| Err(late()))?;
    if answers.iter().all(|(_, answer)| answer.is_err()) {
        part(smtp).await;
        return Ok(answers);
    }
    handing_over().await?;
    within(CONTENT, smtp.message(raw)).await.map_err(unclear)?;
    part(smtp).await;
    Ok(answers)
}

/// Says who the mail is from and for, up to where its text would come.
async fn address(
    server: &Server,
    password: Option<&SecretString>,
    from: &str,
    to: &[String],
) -> Result<(AsyncSmtpConnection, Answers), Failure> {
    let mut smtp = connect(server, password, from).await?;
    command(&mut smtp, Mail::new(Some(parse(from)?), Vec::new())).await?;
    let mut answers = Vec::with_capacity(to.len());
    for email in to {
        let answer = match parse(email) {
            Ok(address) => command(&mut smtp, Rcpt::new(address, Vec::new())).await,
            Err(failure) => Err(failure),
        };
        // A lost connection concerns them all; a refusal only this one.
        if let Err(failure) = &answer
            && failure.code.is_none()
            && failure.kind != Kind::Never
        {
            return Err(failure.clone());
        }
        answers.push((email.clone(), answer));
    }
    if answers.iter().any(|(_, answer)| answer.is_ok()) {
        command(&mut smtp, Data).await?;
    }
    Ok((smtp, answers))
}

/// Says goodbye. How we part changes nothing any more.
async fn part(mut smtp: AsyncSmtpConnection) {
    let _ = timeout(PARTING, smtp.abort()).await;
}

/// Connects, logs in, and says goodbye.
pub async fn test(
    server: &Server,
    password: Option<&SecretString>,
    from: &str,
) -> Result<(), Failure> {
    let mut smtp = connect(server, password, from).await?;
    command(&mut smtp, Noop).await?;
    part(smtp).await;
    Ok(())
}

async fn connect(
    server: &Server,
    password: Option<&SecretString>,
    from: &str,
) -> Result<AsyncSmtpConnection, Failure> {
    let domain = from.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let hello = ClientId::Domain(domain.to_string());
    let tls = match server.tls {
        Tls::None => None,
        Tls::Implicit | Tls::Starttls => {
            let tls = TlsParameters::new(server.host.clone());
            Some(tls.map_err(|e| later(&e))?)
        }
    };
    let (at_once, after) = match server.tls {
        Tls::Starttls => (None, tls),
        _ => (tls, None),
    };
    let address = (server.host.as_str(), server.port);
    let connecting =
        AsyncSmtpConnection::connect_tokio1(address, Some(CONNECT), &hello, at_once, None);
    // The first limit is for the connection alone; the greeting may take as long as a command.
    let mut smtp = within(CONNECT + COMMAND, connecting).await.map_err(setup)?;
    if let Some(tls) = after {
        within(COMMAND, smtp.starttls(tls, &hello)).await.map_err(setup)?;
    }
    if let Some((user, password)) = server.user.as_ref().zip(password) {
        let password = password.expose_secret().to_string();
        let credentials = Credentials::new(user.clone(), password);
        let ways = [Mechanism::Plain, Mechanism::Login];
        within(COMMAND, smtp.auth(&ways, &credentials)).await.map_err(setup)?;
    }
    Ok(smtp)
}

async fn command(
    smtp: &mut AsyncSmtpConnection,
    command: impl std::fmt::Display,
) -> Result<(), Failure> {
    within(COMMAND, smtp.command(command)).await.map(drop)
}

async fn within<T>(
    limit: Duration,
    step: impl Future<Output = Result<T, Error>>,
) -> Result<T, Failure> {
    match timeout(limit, step).await {
        Ok(done) => done.map_err(|error| failure(&error)),
        Err(_) => Err(late()),
    }
}

fn failure(error: &Error) -> Failure {
    let kind = if error.is_permanent() { Kind::Never } else { Kind::Later };
    let code = error.status().and_then(|code| i16::try_from(u16::from(code)).ok());
    Failure { kind, code, ..later(error) }
}

fn later(error: &Error) -> Failure {
    // The cause says more than lettre's own word for it.
    let cause = std::error::Error::source(error).map(ToString::to_string);
    let reason = match (cause, error.status()) {
        (Some(cause), Some(code)) => format!("{code} {cause}"),
        (Some(cause), None) => cause,
        (None, _) => error.to_string(),
    };
    Failure {
        kind: Kind::Later,
        code: None,
        text: text::excerpt(&reason, limits::SERVER_ANSWER_CHARS),
    }
}

fn late() -> Failure {
    Failure { kind: Kind::Later, code: None, text: "The server did not answer in time.".into() }
}

/// Before a mail is named, a refusal is about us: a wrong password can be mended.
fn setup(failure: Failure) -> Failure {
    Failure { kind: Kind::Later, ..failure }
}

/// After the text went, only an answer says what became of it.
fn unclear(failure: Failure) -> Failure {
    match failure.code {
        Some(_) => failure,
        None => Failure { kind: Kind::Unclear, ..failure },
    }
}

fn parse(email: &str) -> Result<Address, Failure> {
    // Servers that take letters in a domain are few; its form in ASCII all of them do.
    let ascii = text::ascii_email(email);
    ascii.as_deref().unwrap_or(email).parse().map_err(|_| Failure {
        kind: Kind::Never,
        code: None,
        text: "This address cannot be used in e-mail.".into(),
    })
}
