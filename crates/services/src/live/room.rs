//! Where those stand who hear of one topic.

use rapport_domain::WorkspaceId;
use rapport_domain::live::Topic;

/// A topic of a workspace.
pub(super) type Room = (WorkspaceId, Topic);
