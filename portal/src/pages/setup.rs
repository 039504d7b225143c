//! `/setup`: whoever can read the setup token becomes the admin.

use edge_api::account::Claim;
use leptos::prelude::*;

use crate::access::Access;
use crate::client::Api;
use crate::components::{Copy, Doing, Field, Submit, Trouble};
use crate::live::Live;
use crate::words::{app, door};

#[component]
pub(crate) fn Setup() -> impl IntoView {
    let api = Api::here();
    let access = use_context::<Access>().expect("App provides the access before it draws any page");
    let state = Live::new(&[], move || api.setup());
    let doing = Doing::new();
    let (token, name, password) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let claim = Claim {
            setup_token: token.get_untracked().trim().to_owned(),
            name: name.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
        };
        doing.run(api.claim(&claim), move |session| access.enter(session));
    };
    let command = Memo::new(move |_| {
        let told = state
            .data
            .with(|state| state.and_then(|state| state.token_command.clone()));
        told.unwrap_or_else(|| door::DEFAULT_COMMAND.to_owned())
    });
    let file = move || {
        state
            .data
            .with(|state| state.and_then(|state| state.token_file.clone()))
    };
    view! {
        <div class="door">
            <main>
                <span class="brand">{app::NAME}</span>
                <h1>{door::SETUP_TITLE}</h1>
                <p class="soft">{door::SETUP_LEAD}</p>
                <div class="card stack after-head">
                    <div class="field">
                        <p>{door::WHERE_TOKEN}</p>
                        {move || view! { <Copy text=command.get()/> }}
                        {move || file().map(|file| view! {
                            <p class="hint">{door::WHERE_FILE}" "<code>{file}</code></p>
                        })}
                    </div>
                    <form class="form" on:submit=submit>
                        <Field label=door::TOKEN value=token code=true/>
                        <Field label=door::USER value=name autocomplete="username"/>
                        <Field
                            label=door::PASSWORD
                            value=password
                            kind="password"
                            autocomplete="new-password"
                            hint=door::PASSWORD_HINT
                        />
                        <Trouble of=doing.problem/>
                        <div class="buttons">
                            <Submit doing label=door::CLAIM/>
                        </div>
                    </form>
                </div>
            </main>
        </div>
    }
}
