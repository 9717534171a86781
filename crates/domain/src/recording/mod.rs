//! Recorded sessions: what a customer saw and did in a web app of the workspace's.

mod index;
mod list;
mod scrub;
mod settings;

pub use index::{ChunkFacts, Index, PageSeen};
pub use list::{Part, Recording, RecordingFilter, Way};
pub use scrub::{scrub, without_query_values};
pub use settings::{MaskText, Settings, SettingsInput};

/// How the timeline's event of a session is called, and what its object is.
pub const EVENT_NAME: &str = "session_recorded";
pub const OBJECT_TYPE: &str = "recording";
/// Seconds before an event at which watching it begins.
pub const LEAD_IN_S: i64 = 5;
