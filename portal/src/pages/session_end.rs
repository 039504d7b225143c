//! Over a page whose session has ended: where to sign in again, without taking the page and what was typed there away.

use leptos::html;
use leptos::prelude::*;

use crate::access::Access;
use crate::client::Api;
use crate::components::{Doing, Trouble, When};
use crate::feed::Feed;
use crate::route::LOGIN_BESIDE;
use crate::topic::Topic;
use crate::words::door;

/// Asks to sign in in another tab, and goes on by itself when somebody comes back from there.
#[component]
pub(crate) fn SignInAgain() -> impl IntoView {
    let (access, api, feed) = (Access::here(), Api::here(), Feed::here());
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let expired = access.expired.get();
        let Some(dialog) = dialog.get() else { return };
        if expired && !dialog.open() {
            // Only fails for a dialog that is not on the page or is open already.
            let _ = dialog.show_modal();
        } else if !expired {
            dialog.close();
        }
    });
    let doing = Doing::new();
    let ask = move || {
        doing.run(api.session(), move |session| {
            access.enter(session);
            feed.tell(&Topic::ALL);
        });
    };
    let back = window_event_listener(leptos::ev::focus, move |_| {
        if access.expired.get_untracked() {
            ask();
        }
    });
    on_cleanup(move || back.remove());
    view! {
        <dialog node_ref=dialog aria-labelledby="again" on:cancel=|event: web_sys::Event| event.prevent_default()>
            <When this=access.expired>
                <h2 id="again">{door::EXPIRED_TITLE}</h2>
                <p class="soft">{door::EXPIRED_LEAD}</p>
                <div class="stack after-head">
                    <Trouble of=doing.problem/>
                    <div class="buttons">
                        <a class="button main" href=LOGIN_BESIDE target="_blank">{door::SIGN_IN}</a>
                        <button type="button" class="button" on:click=move |_| ask()>{door::GO_ON}</button>
                    </div>
                </div>
            </When>
        </dialog>
    }
}
