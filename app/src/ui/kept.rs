//! Views of values that change: each value has a view of its own, which lives until the next one
//! is in its place.
//!
//! A reactive closure disposes of what its last run made before the next view takes its place,
//! and with `Suspend` even some ticks before. Until then the old view may still run: a field says
//! that it lost the focus while it is taken out, an effect was woken by a signal that lives longer.
//! What either reads is gone, which ends the whole page. Views made here have an owner of their
//! own, which goes after them.
//!
//! A closure also fits the old view's elements to the new value. What the browser or a script keeps
//! in them, as the words in a composer, would then stand beside another customer. Views made here
//! share no element.

use leptos::either::Either;
use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;

/// Shows what `make` makes of each new value; nothing as long as there is none. Inside a
/// `<Transition>` the value may be what a resource holds by now.
pub fn kept<T: 'static>(
    value: impl Fn() -> Option<T> + Send + 'static,
    make: impl Fn(T) -> AnyView + Send + 'static,
) -> impl IntoView {
    let outer = Owner::current().expect("views are made by components");
    let mut turn = false;
    move || {
        let value = value()?;
        let owner = outer.child();
        let view = owner.with(|| untrack(|| make(value)));
        let view = OwnedView::new_with_owner(view, owner);
        // Another branch each time: elements are reused within one alone. The server asks more than
        // once for what the browser takes over as the first.
        turn = !turn || cfg!(feature = "ssr");
        Some(if turn { Either::Left(view) } else { Either::Right(view) })
    }
}
