//! The logged-in person, known to server and browser alike without a request.

use leptos::prelude::*;
use rapport_domain::session::Viewer;

/// Puts the person into context; the value travels inside the page.
pub fn provide_viewer() {
    let viewer = SharedValue::new(|| {
        #[cfg(feature = "ssr")]
        return crate::api::viewer();
        #[cfg(not(feature = "ssr"))]
        None::<Viewer>
    })
    .into_inner();
    provide_context(viewer);
}

/// The person, `None` on the login page.
pub fn use_viewer() -> Option<Viewer> {
    use_context::<Option<Viewer>>().flatten()
}
