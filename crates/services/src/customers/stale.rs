//! A change that another was faster with.

/// What the second of two people reads.
pub(crate) const STALE: &str =
    "Somebody else changed this meanwhile. Nothing was overwritten; reload to see their change.";
