//! The code that the first set-up asks for: between the installation and the set-up, whoever finds
//! the server first must not own it.

use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Letters and digits that nobody takes for each other.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// 60 bits: nobody guesses them over the network.
const CHARS: usize = 12;

/// A code; cheap to clone.
#[derive(Clone)]
pub struct SetupCode(Arc<str>);

impl SetupCode {
    /// The one that was set, else one that is made up.
    pub fn new(set: Option<&str>) -> Self {
        let made_up = || {
            let bytes: [u8; CHARS] = rand::random();
            bytes.iter().map(|b| char::from(LETTERS[usize::from(b % 32)])).collect()
        };
        Self(set.filter(|s| !s.is_empty()).map_or_else(made_up, String::from).into())
    }

    /// Whether this is the code, however it is spaced and written. Takes equally long for every
    /// wrong one.
    pub fn admits(&self, typed: &str) -> bool {
        let plain = |text: &str| {
            let kept = text.chars().filter(|c| !c.is_whitespace());
            Sha256::digest(kept.collect::<String>().to_lowercase())
        };
        plain(typed) == plain(&self.0)
    }

    /// For the log.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SetupCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SetupCode")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_code_is_the_code() {
        let (one, other) = (SetupCode::new(None), SetupCode::new(Some("")));
        assert!(one.reveal().len() == CHARS && one.admits(&format!(" {} ", one.reveal())));
        assert!(!one.admits("") && !one.admits(other.reveal()));
        assert!(SetupCode::new(Some("Open Sesame")).admits("opensesame"));
    }
}
