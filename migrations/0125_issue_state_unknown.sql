-- An issue that was linked by its address alone has a state that nobody told us: none, rather than
-- the "to do" that was made up for it. Rows from before keep theirs, for some of them were told.
alter table linked_issues alter column state drop not null, alter column state drop default;
