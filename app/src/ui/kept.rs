//! Views of values that change, without a moment in which a view shows but is dead.
//!
//! A reactive closure disposes of what its last run made before the next view takes its place,
//! and with `Suspend` even some ticks before. Until then the old view may still run: a field says
//! that it lost the focus while it is taken out, an effect was woken by a signal that lives longer.
//! What either reads is gone, which ends the whole page. Views made here have an owner of their
//! own, which goes after them.

use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;

/// Shows what `make` makes of each new value; nothing as long as there is none. Inside a
/// `<Transition>` the value may be what a resource holds by now.
pub fn kept<T: 'static>(
    value: impl Fn() -> Option<T> + Send + 'static,
    make: impl Fn(T) -> AnyView + Send + 'static,
) -> impl IntoView {
    let outer = Owner::current().expect("views are made by components");
    move || {
        let value = value()?;
        let owner = outer.child();
        let view = owner.with(|| untrack(|| make(value)));
        Some(OwnedView::new_with_owner(view, owner))
    }
}
