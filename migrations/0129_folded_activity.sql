-- What was done to a ticket is read with the ticket: the timeline has one row for it, which says
-- how much that was. So the index that pages read beside custom events holds none of it; where
-- it is asked for, the primary key has it by kind.
create index timeline_events_shown on timeline_events (workspace_id, customer_id, occurred_at, id)
    where kind <> 'event' and not (kind = 'activity' and ticket_id is not null);
drop index timeline_events_other;
