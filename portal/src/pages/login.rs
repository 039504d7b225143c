//! `/login`, and the same form over a page whose session has ended.

use edge_api::account::SignIn;
use leptos::html;
use leptos::prelude::*;

use crate::access::Access;
use crate::client::Api;
use crate::components::{Copy, Doing, Field, Submit, Trouble, When};
use crate::feed::Feed;
use crate::topic::Topic;
use crate::words::{app, door};

#[component]
pub(crate) fn Login() -> impl IntoView {
    view! {
        <div class="door">
            <main>
                <span class="brand">{app::NAME}</span>
                <h1>{door::LOGIN_TITLE}</h1>
                <div class="card after-head">
                    <SignInForm/>
                </div>
                <details class="after-head soft small">
                    <summary>{door::FORGOTTEN_SHORT}</summary>
                    <p>{door::FORGOTTEN}</p>
                    <Copy text=door::RESET_COMMAND/>
                </details>
            </main>
        </div>
    }
}

/// Asks for the password again without taking the page away.
#[component]
pub(crate) fn SignInAgain() -> impl IntoView {
    let access = use_context::<Access>().expect("App provides the access before it draws any page");
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
    view! {
        <dialog node_ref=dialog aria-labelledby="again" on:cancel=|event: web_sys::Event| event.prevent_default()>
            <When this=access.expired>
                <h2 id="again">{door::EXPIRED_TITLE}</h2>
                <p class="soft">{door::EXPIRED_LEAD}</p>
                <div class="after-head">
                    <SignInForm/>
                </div>
            </When>
        </dialog>
    }
}

#[component]
fn SignInForm() -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let access = use_context::<Access>().expect("App provides the access before it draws any page");
    let doing = Doing::new();
    let known = access
        .session
        .get_untracked()
        .map(|session| session.name)
        .unwrap_or_default();
    let (name, password) = (RwSignal::new(known), RwSignal::new(String::new()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let sign_in = SignIn {
            name: name.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
            code: None,
        };
        doing.run(api.sign_in(&sign_in), move |session| {
            access.enter(session);
            feed.tell(&Topic::ALL);
        });
    };
    view! {
        <form class="form" on:submit=submit>
            <Field label=door::USER value=name autocomplete="username"/>
            <Field label=door::PASSWORD value=password kind="password" autocomplete="current-password"/>
            <Trouble of=doing.problem/>
            <div class="buttons">
                <Submit doing label=door::SIGN_IN/>
            </div>
        </form>
    }
}
