//! Our own script in our users' app.

use super::Provider;
use crate::timeline::EventKind;

pub static BROWSER_SDK: Provider = Provider {
    key: "browser_sdk",
    name: "Browser SDK",
    icon: None,
    kind: EventKind::Event,
    issues: None,
};
