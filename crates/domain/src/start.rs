//! The first hour of a workspace.

use crate::vocabulary;

vocabulary! {
    /// A step of the first hour.
    Step {
        Mail => "mail", "Connect a mailbox";
        Event => "event", "Send a first event";
        Sdk => "sdk", "Put the SDK on your site";
        Colleague => "colleague", "Invite a colleague";
        Cards => "cards", "Choose what the info pane shows";
        Sample => "sample", "Try a sample customer";
    }
}
