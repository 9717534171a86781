//! Work that may take a while waits until the page has answered the click or key that asked for it.

use leptos::prelude::*;
use std::time::Duration;

/// Runs `work` once the next frame is on the screen. The owner's contexts are its own; what it
/// reads may be gone by then.
pub fn after_paint(work: impl FnOnce() + 'static) {
    // A frame is painted right after its callbacks, and before the next task.
    request_animation_frame(move || set_timeout(work, Duration::ZERO));
}
