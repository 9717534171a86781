//! Teams of agents, and how their new tickets are given out.

use crate::{AppError, TeamId, UserId, limits, text};
use serde::{Deserialize, Serialize};

/// A team as admins see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    pub id: TeamId,
    pub name: String,
    /// New tickets of the team go to the member who was given one longest ago.
    pub round_robin: bool,
    /// By name.
    pub members: Vec<Member>,
}

/// Somebody who can be given tickets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub id: UserId,
    pub name: String,
    /// Passed by until they are back.
    pub away: bool,
}

/// A team as a form says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TeamInput {
    pub name: String,
    pub round_robin: bool,
    pub members: Vec<UserId>,
}

impl TeamInput {
    /// The same with its text made storable, or what is wrong with it.
    pub fn checked(mut self) -> Result<Self, AppError> {
        self.name = text::required_line("name", &self.name, limits::NAME_CHARS)?;
        self.members.sort();
        self.members.dedup();
        if self.members.len() > limits::TEAM_MEMBERS_MAX {
            let message = format!("A team has at most {} members.", limits::TEAM_MEMBERS_MAX);
            return Err(AppError::invalid("members", message));
        }
        Ok(self)
    }
}
