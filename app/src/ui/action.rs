//! What forms do when the server has answered.

use crate::Failure;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// Calls back when an action has answered, once for each answer.
pub fn on_done<S>(
    action: ServerAction<S>,
    done: impl Fn(S::Output) + 'static,
    failed: impl Fn(Failure) + 'static,
) where
    S: ServerFn<Error = Failure> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let version = action.version();
    Effect::new(move |seen: Option<usize>| {
        let version = version.get();
        // The first run, and an answer that came inside the page, are no news.
        if seen.is_some_and(|seen| seen != version) {
            match action.value().get_untracked() {
                Some(Ok(output)) => done(output),
                Some(Err(error)) => failed(error),
                None => {}
            }
        }
        version
    });
}
