//! A value to carry elsewhere, and the button that copies it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::words::app;

/// How long the button says what it did, in milliseconds.
const SAID_FOR: i32 = 2_000;

/// An exact value with Copy beside it.
#[component]
pub(crate) fn Copy(#[prop(into)] text: String) -> impl IntoView {
    let label = RwSignal::new(app::COPY);
    let copied = text.clone();
    let press = move |_| {
        let text = copied.clone();
        spawn_local(async move {
            let done = browser::copy(&text).await;
            label.try_set(if done { app::COPIED } else { app::COPY_BY_HAND });
            browser::sleep(SAID_FOR).await;
            label.try_set(app::COPY);
        });
    };
    let whole = format!("{} {text}", app::COPY);
    view! {
        <span class="copy">
            <code>{text}</code>
            <button type="button" class="button slim" title=whole on:click=press>
                <span aria-live="polite">{label}</span>
            </button>
        </span>
    }
}
