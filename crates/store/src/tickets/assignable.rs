//! What a ticket can be given: people, teams, statuses.

use crate::{Result, Store};
use rapport_domain::ticket::{Assignable, PersonRef, StatusCategory, StatusLabel, TeamRef};
use rapport_domain::{LabelId, TeamId, UserId, Uuid, WorkspaceId};
use serde::Deserialize;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};

/// An id and a name as Postgres writes them into JSON.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    id: Uuid,
    name: String,
}

/// A label in use as Postgres writes it into JSON.
#[derive(Debug, Deserialize)]
pub(crate) struct JsonLabel {
    id: Uuid,
    name: String,
    category: StatusCategory,
    position: i32,
    is_default: bool,
}

impl From<JsonLabel> for StatusLabel {
    fn from(l: JsonLabel) -> Self {
        let JsonLabel { id, name, category, position, is_default } = l;
        Self { id: LabelId(id), name, category, position, is_default, archived: false }
    }
}

/// What a ticket can be given: `people`, `teams` and `labels`, each a JSON list.
pub(crate) const ASSIGNABLE: &str = "
    (select coalesce(json_agg(p), '[]') from (
        select id, name from users
        where workspace_id = $1 and disabled_at is null and role <> 'viewer'
        order by lower(name), id limit 500
    ) p) as people,
    (select coalesce(json_agg(m), '[]') from (
        select id, name from teams where workspace_id = $1 order by lower(name), id limit 200
    ) m) as teams,
    (select coalesce(json_agg(s), '[]') from (
        select id, name, category, position, is_default from status_labels
        where workspace_id = $1 and archived_at is null
        order by array_position(array['open', 'waiting', 'closed'], category), position, id limit 60
    ) s) as labels";

/// The columns of [`ASSIGNABLE`].
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct AssignableColumns {
    people: Json<Vec<Named>>,
    teams: Json<Vec<Named>>,
    labels: Json<Vec<JsonLabel>>,
}

impl From<AssignableColumns> for Assignable {
    fn from(columns: AssignableColumns) -> Self {
        let person = |n: Named| PersonRef { id: UserId(n.id), name: n.name };
        let team = |n: Named| TeamRef { id: TeamId(n.id), name: n.name };
        Self {
            people: columns.people.0.into_iter().map(person).collect(),
            teams: columns.teams.0.into_iter().map(team).collect(),
            labels: columns.labels.0.into_iter().map(StatusLabel::from).collect(),
        }
    }
}

impl Store {
    /// Everybody a ticket can be given to, and the teams, by name.
    pub async fn assignable(&self, workspace: WorkspaceId) -> Result<Assignable> {
        let mut sql = QueryBuilder::<Postgres>::new("select ");
        sql.push(ASSIGNABLE);
        let found: AssignableColumns =
            sql.build_query_as().bind(workspace.0).fetch_one(self.pool()).await?;
        Ok(found.into())
    }
}
