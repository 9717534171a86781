//! The views beside the inbox: their counts, and those that people saved.

use super::search::Found;
use super::{Asked, COUNTING};
use crate::{Result, Store, Tx};
use rapport_domain::ticket::{InboxQuery, NewView, SavedView, TeamRef, Total, View, Views};
use rapport_domain::{TeamId, UserId, ViewId, WorkspaceId, limits};
use sqlx::QueryBuilder;

impl Store {
    /// All views of a person with how many tickets they have.
    pub async fn inbox_views(&self, workspace: WorkspaceId, user: UserId) -> Result<Views> {
        let teams = sqlx::query!(
            r#"select t.id as "id: TeamId", t.name from team_members m
            join teams t on t.workspace_id = m.workspace_id and t.id = m.team_id
            where m.workspace_id = $1 and m.user_id = $2
            order by lower(t.name), t.id limit $3"#,
            workspace.0,
            user.0,
            limits::TEAM_VIEWS_MAX,
        )
        .fetch_all(self.pool())
        .await?;
        let saved = self.saved_views(workspace, user).await?;
        let mut views = Views::built_in();
        let of_team = |team: TeamRef| Views::of_team(team);
        views.extend(teams.into_iter().map(|t| of_team(TeamRef { id: t.id, name: t.name })));
        let certain = views.len();
        views.extend(saved.into_iter().map(View::from));
        // Each of the first has an index of its own. Of those that people made any may be slow, and
        // then takes the numbers of the others with it.
        let (ours, theirs) = views.split_at_mut(certain);
        for part in [ours, theirs] {
            self.count_views(workspace, user, part).await;
        }
        Ok(Views { views })
    }

    /// The views that a person saved, in their order, then those that others share, by name.
    pub async fn saved_views(
        &self,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<Vec<SavedView>> {
        let rows = sqlx::query!(
            r#"(select id as "id!: ViewId", name as "name!", href as "href!", shared as "shared!", true as "own!"
                from inbox_views where workspace_id = $1 and user_id = $2
                order by position, id limit $3)
            union all
            (select id, name, href, shared, false from inbox_views
                where workspace_id = $1 and shared and user_id <> $2
                order by lower(name), id limit $3)"#,
            workspace.0,
            user.0,
            limits::VIEWS_SAVED_MAX,
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows
            .into_iter()
            .map(|r| SavedView {
                id: r.id,
                name: r.name,
                query: InboxQuery::from_href(&r.href),
                shared: r.shared,
                own: r.own,
            })
            .collect())
    }

    async fn count_views(&self, workspace: WorkspaceId, user: UserId, views: &mut [View]) {
        // A search would be one more question each.
        let countable = |view: &&mut View| view.query.q.0.is_none();
        let mut counted: Vec<&mut View> = views.iter_mut().filter(countable).collect();
        if counted.is_empty() {
            return;
        }
        let found = Found::default();
        let mut sql = QueryBuilder::new("select array[");
        for (n, view) in counted.iter().enumerate() {
            if n > 0 {
                sql.push(", ");
            }
            let asked = Asked { workspace, viewer: Some(user), query: &view.query, found: &found };
            asked.push_count(&mut sql, limits::VIEW_COUNT);
        }
        sql.push("]");
        let Ok(mut tx) = self.pool().begin_with(COUNTING).await else { return };
        let counts: std::result::Result<Vec<i64>, _> =
            sql.build_query_scalar().persistent(false).fetch_one(&mut *tx).await;
        for (view, count) in counted.iter_mut().zip(counts.unwrap_or_default()) {
            view.count = Some(Total::of(count, limits::VIEW_COUNT));
        }
    }
}

/// Saves a view behind a person's others; the constraint `inbox_views_name` refuses a name that one of
/// them has, in any case. Answers false when the person has [`limits::VIEWS_SAVED_MAX`] others.
pub async fn save_view(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    view: &NewView,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into inbox_views (workspace_id, user_id, id, name, href, shared, position)
        select $1, $2, $3, $4, $5, $6, coalesce(max(position), 0) + 1 from inbox_views
        where workspace_id = $1 and user_id = $2
        having count(*) < $7",
        workspace.0,
        user.0,
        ViewId::generate().0,
        view.name,
        view.query.href(),
        view.shared,
        limits::VIEWS_SAVED_MAX,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Renames a view of one's own, or shares it; answers whether there is one.
pub async fn update_view(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    id: ViewId,
    name: &str,
    shared: bool,
) -> Result<bool> {
    let done = sqlx::query!(
        "update inbox_views set name = $4, shared = $5
        where workspace_id = $1 and user_id = $2 and id = $3",
        workspace.0,
        user.0,
        id.0,
        name,
        shared,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Puts a view of one's own one place up or down.
pub async fn move_view(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    id: ViewId,
    up: bool,
) -> Result<()> {
    let mut order = sqlx::query_scalar!(
        r#"select id as "id: ViewId" from inbox_views where workspace_id = $1 and user_id = $2
        order by position, id for update"#,
        workspace.0,
        user.0,
    )
    .fetch_all(&mut **tx)
    .await?;
    let at = order.iter().position(|other| *other == id);
    let to = at.and_then(|at| if up { at.checked_sub(1) } else { Some(at + 1) });
    if let (Some(at), Some(to)) = (at, to.filter(|to| *to < order.len())) {
        order.swap(at, to);
    }
    let order: Vec<_> = order.into_iter().map(|id| id.0).collect();
    sqlx::query!(
        "update inbox_views v set position = o.position::int
        from unnest($3::uuid[]) with ordinality as o (id, position)
        where v.workspace_id = $1 and v.user_id = $2 and v.id = o.id and v.position <> o.position",
        workspace.0,
        user.0,
        &order,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets a view; one that is gone is no error.
pub async fn delete_view(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    id: ViewId,
) -> Result<()> {
    sqlx::query!(
        "delete from inbox_views where workspace_id = $1 and user_id = $2 and id = $3",
        workspace.0,
        user.0,
        id.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
