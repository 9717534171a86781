//! Every setting, each with its variable and default.

use clap::Args;
use rapport_services::secrets::Keyring;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Settings of `rapport serve`.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Where Postgres is: postgres://user@host/database
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: String,
    /// Where files lie that came with messages: a directory, or `s3://bucket/prefix` with the usual
    /// AWS_REGION, AWS_ENDPOINT, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
    #[arg(long, env = "RAPPORT_FILES", default_value = "rapport-files")]
    pub files: String,
    /// The address to listen on.
    #[arg(long, env = "RAPPORT_ADDR", default_value = "127.0.0.1:3000")]
    pub addr: SocketAddr,
    /// The address people use, when a proxy stands in front: https://support.example.com.
    /// With https the session cookie is `__Host-` and Secure.
    #[arg(long, env = "RAPPORT_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// The built site: pkg/, fonts, icons.
    #[arg(long, env = "LEPTOS_SITE_ROOT", default_value = "target/site")]
    pub site_root: String,
    /// The list of what is in pkg/: a path, or a name beside this program.
    #[arg(long, env = "LEPTOS_HASH_FILE", default_value = "hash.txt")]
    pub hash_file: String,
    /// Create the demo workspace, its people and keys. Only on a loopback address.
    #[arg(long, env = "RAPPORT_DEMO", value_parser = clap::builder::BoolishValueParser::new(), default_value = "false", action = clap::ArgAction::Set)]
    pub demo: bool,
    /// Delay before each server function, in milliseconds: shows how pages behave on slow data.
    #[arg(long, env = "RAPPORT_SLOW_MS", default_value_t = 0)]
    pub slow_ms: u64,
    /// Seals the passwords and keys in the database: 32 bytes in base64. After a change the old
    /// key follows behind a comma.
    #[arg(long, env = "RAPPORT_SECRET_KEY", hide_env_values = true, default_value = "")]
    pub secret_key: Keyring,
    /// Proxies whose X-Forwarded-For is believed, as addresses.
    #[arg(long, env = "RAPPORT_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// The header in which these proxies say a caller’s country, as two letters: CF-IPCountry. Shown
    /// beside sessions.
    #[arg(long, env = "RAPPORT_COUNTRY_HEADER")]
    pub country_header: Option<String>,
    /// Where to take mail over SMTP, from a relay or the internet: 0.0.0.0:25. Off unless set.
    #[arg(long, env = "RAPPORT_SMTP_LISTEN")]
    pub smtp_listen: Option<SocketAddr>,
    /// Where to take mail over LMTP, from a mail server beside this one: 127.0.0.1:24. Off
    /// unless set.
    #[arg(long, env = "RAPPORT_LMTP_LISTEN")]
    pub lmtp_listen: Option<SocketAddr>,
    /// Certificates and key, as PEM files, with which the SMTP listener offers STARTTLS.
    #[arg(long, env = "RAPPORT_SMTP_TLS_CERT")]
    pub smtp_tls_cert: Option<PathBuf>,
    #[arg(long, env = "RAPPORT_SMTP_TLS_KEY")]
    pub smtp_tls_key: Option<PathBuf>,
    /// Private networks in which addresses may be asked that admins write down, such as the provider of
    /// single sign-on: 10.1.0.0/16,192.168.7.5/32. Without it the public internet alone.
    #[arg(long, env = "RAPPORT_OUTBOUND_NETWORKS", value_delimiter = ',')]
    pub outbound_networks: Vec<ipnet::IpNet>,
    /// What the first set-up asks for. Without it the log shows a code that was made up.
    #[arg(long, env = "RAPPORT_SETUP_CODE", hide_env_values = true)]
    pub setup_code: Option<String>,
    /// Where the source of this very program can be had, changes included; the AGPL promises it to
    /// everybody who uses it. Without it `/source` hands out what the build packed.
    #[arg(long, env = "RAPPORT_SOURCE_URL")]
    pub source_url: Option<String>,
    /// How the SMTP and LMTP listener calls itself.
    #[arg(long, env = "RAPPORT_MAIL_HOSTNAME", default_value = "localhost")]
    pub mail_hostname: String,
}

/// Settings of `rapport worker`.
#[derive(Debug, Clone, Args)]
pub struct WorkerConfig {
    /// Where Postgres is: postgres://user@host/database
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: String,
    /// The same place of files as the server's.
    #[arg(long, env = "RAPPORT_FILES", default_value = "rapport-files")]
    pub files: String,
    /// The address people use, for links in mails.
    #[arg(long, env = "RAPPORT_PUBLIC_URL", default_value = "http://127.0.0.1:3000")]
    pub public_url: String,
    /// The same key as the server's.
    #[arg(long, env = "RAPPORT_SECRET_KEY", hide_env_values = true, default_value = "")]
    pub secret_key: Keyring,
}

impl Config {
    /// What the worker inside this server needs.
    pub fn worker(&self) -> WorkerConfig {
        let here = || format!("http://{}", self.addr);
        WorkerConfig {
            database_url: self.database_url.clone(),
            files: self.files.clone(),
            public_url: self.public_url.clone().unwrap_or_else(here),
            secret_key: self.secret_key.clone(),
        }
    }

    /// Whether people reach this server over TLS.
    pub fn tls(&self) -> bool {
        self.public_url.as_deref().is_some_and(|u| u.starts_with("https://"))
    }
}
