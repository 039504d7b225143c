//! Takes `client_secret.json`, dropped or chosen, and asks the agent what is in it.

use edge_api::integration::{ClientSecretPreview, MAX_CLIENT_SECRET_FILE};
use leptos::prelude::*;

use crate::client::Api;
use crate::components::{Doing, Trouble};
use crate::words::integration;

#[component]
pub(crate) fn DropFile(take: Callback<ClientSecretPreview>) -> impl IntoView {
    let api = Api::here();
    let doing = Doing::new();
    let over = RwSignal::new(false);
    let read = move |file: Option<web_sys::File>| {
        let Some(file) = file else { return };
        #[expect(clippy::cast_precision_loss, reason = "the limit is a small number")]
        if file.size() > MAX_CLIENT_SECRET_FILE as f64 {
            return doing.refuse(integration::FILE_LARGE, integration::FILE_LARGE_HINT);
        }
        doing.run(api.preview(file), move |preview| take.run(preview));
    };
    let dropped = move |event: leptos::ev::DragEvent| {
        event.prevent_default();
        over.set(false);
        read(
            event
                .data_transfer()
                .and_then(|data| data.files())
                .and_then(|files| files.get(0)),
        );
    };
    view! {
        <div
            class="drop"
            class:over=over
            on:dragover=move |event| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=dropped
        >
            <span>{integration::DROP}</span>
            <input
                type="file"
                id="client-secret-file"
                accept=".json,application/json"
                on:change:target=move |event| {
                    let input = event.target();
                    read(input.files().and_then(|files| files.get(0)));
                    input.set_value(""); // so that the same file can be chosen again after a change
                }
            />
            <label for="client-secret-file">{integration::CHOOSE}</label>
        </div>
        <Trouble of=doing.problem/>
    }
}
