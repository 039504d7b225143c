//! Something that is there only sometimes.

use leptos::prelude::*;

/// The children while `this` holds. Unlike `Show` there is one of it, not one for each use.
#[component]
pub(crate) fn When(#[prop(into)] this: Signal<bool>, children: ChildrenFn) -> impl IntoView {
    let this = Memo::new(move |_| this.get());
    move || this.get().then(|| children())
}
