use super::*;
use rapport_domain::{Cursor, Uuid};

fn trail(numbers: &[i64]) -> Trail {
    let row = |n: &i64| Stop::of(CustomerId(Uuid::from_u128(1)), *n);
    Trail { rows: numbers.iter().map(row).collect(), ..Trail::default() }
}

#[test]
fn walking_keeps_the_order_and_passes_by_what_is_gone() {
    let mut view = trail(&[7, 3, 9]);
    assert_eq!(view.next_of(7).map(|s| s.number), Some(3));
    assert_eq!(view.previous_of(9).map(|s| s.number), Some(3));
    view.rows[1].gone = true;
    assert_eq!(view.next_of(7).map(|s| s.number), Some(9));
    assert_eq!(view.previous_of(9).map(|s| s.number), Some(7));
    assert_eq!((view.next_of(9), view.previous_of(7), view.next_of(4)), (None, None, None));
    assert_eq!(view.position(9), Some(at(2, 2)), "what is gone is not counted");
    assert_eq!((view.cursor(7), view.cursor(3), view.cursor(4)), (Some(7), Some(9), None));
}

#[test]
fn the_next_page_continues_the_view_without_repeating_it() {
    let mut view = trail(&[1, 2]);
    let cursor = Cursor::new(chrono::DateTime::UNIX_EPOCH, Uuid::nil());
    view.append(trail(&[2, 5]).rows, Some(InboxCursor { rank: 0, cursor }));
    assert_eq!(view.next_of(2).map(|s| s.number), Some(5));
    let more = Position { more: true, later: true, ..at(2, 3) };
    assert_eq!(view.position(2), Some(more));
    let many: Vec<_> = (10..10 + ROWS_KEPT as i64).collect();
    view.append(trail(&many).rows, None);
    assert_eq!(view.rows.len(), ROWS_KEPT);
    assert_eq!(view.position(1), None, "the first were left behind");
    assert_eq!(view.position(10), Some(at(4, 3 + ROWS_KEPT)), "and still count");
}

#[test]
fn a_later_page_counts_from_the_start_and_leads_back() {
    let cursor = Cursor::new(chrono::DateTime::UNIX_EPOCH, Uuid::nil());
    let start = Some(InboxCursor { rank: 0, cursor });
    let query = InboxQuery { after: start, row: 50, ..InboxQuery::default() };
    let total = Some(Total { rows: 120, more: false });
    let mut view = Trail { query, before: 50, previous: start, total, ..trail(&[7, 3]) };
    assert_eq!(view.position(7), Some(Position { earlier: true, ..at(51, 120) }));
    let first = view.previous_page().unwrap();
    assert!(first.is_first());
    let page = Inbox {
        items: Vec::new(),
        next: start,
        previous: None,
        total,
        assignable: Default::default(),
    };
    view.prepend(first, &page);
    assert_eq!((view.before, view.previous_page()), (0, None));
}

fn at(place: usize, of: usize) -> Position {
    Position { place, of, more: false, gone: false, earlier: false, later: false }
}
