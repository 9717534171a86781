//! How soon tickets are to be answered, and when one is due.

mod calendar;
mod clock;
mod due;
mod policy;

pub use calendar::Calendar;
pub use clock::{SlaClock, SlaFacts, run};
pub use due::{Due, Urgency};
pub use policy::{Hours, SlaPolicy, SlaPolicyInput, Span};

crate::vocabulary! {
    /// What a policy sets a time for.
    SlaTarget {
        FirstResponse => "first_response", "First response";
        NextResponse => "next_response", "Next response";
        Resolution => "resolution", "Resolution";
    }
}
