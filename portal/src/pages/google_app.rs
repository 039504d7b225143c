//! Google App: the guide, and the form that Edit opens.

use edge_api::integration::{
    AccountState, ClientSecretPreview, Difference, Integration, SaveGoogleApp,
};
use leptos::prelude::*;

use crate::client::Api;
use crate::components::{Copy, Doing, Field, Note, Submit, Tone, Trouble, When};
use crate::feed::Feed;
use crate::live::{Live, Now};
use crate::pages::google_file::DropFile;
use crate::pages::guide::GuideSteps;
use crate::topic::Topic;
use crate::words::integration;

#[component]
pub(crate) fn GoogleAppCard(
    integration: Now<Integration>,
    live: Live<Integration>,
) -> impl IntoView {
    let editing = RwSignal::new(false);
    let saved = RwSignal::new(false);
    // The guide stands open until it has been followed once.
    let new_here = integration.with_untracked(|it| {
        !it.accounts
            .iter()
            .any(|account| account.state == AccountState::Connected)
    });
    let toggle = move |_| {
        saved.set(false);
        editing.update(|editing| *editing = !*editing);
    };
    view! {
        <section class="card">
            <div class="card-head">
                <h2>{integration::APP}</h2>
                <button type="button" class="button slim" aria-expanded=move || editing.get().to_string() on:click=toggle>
                    {move || if editing.get() { integration::CLOSE } else { integration::EDIT }}
                </button>
            </div>
            <p class="soft">{integration::APP_LEAD}</p>
            <When this=Signal::derive(move || !editing.get())>{move || summary(&integration.get())}</When>
            <When this=editing>
                <Form integration live done=Callback::new(move |()| {
                    editing.set(false);
                    saved.set(true);
                })/>
            </When>
            <When this=saved>
                <Note tone=Tone::Good what=integration::SAVED/>
            </When>
            <details class="below" open=new_here>
                <summary>{integration::GUIDE}</summary>
                <GuideSteps/>
            </details>
        </section>
    }
}

/// The saved app, while nobody edits it.
fn summary(now: &Integration) -> impl IntoView + use<> {
    match &now.app {
        None => view! { <p class="soft">{integration::NOT_SAVED}</p> }.into_any(),
        Some(app) => view! {
            <dl class="facts below">
                {app.project.clone().map(|project| view! {
                    <dt>{integration::PROJECT}</dt>
                    <dd>{project}</dd>
                })}
                <dt>{integration::CLIENT_ID}</dt>
                <dd>{app.client_id.clone()}</dd>
            </dl>
        }
        .into_any(),
    }
}

#[component]
fn Form(
    integration: Now<Integration>,
    live: Live<Integration>,
    done: Callback<()>,
) -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let doing = Doing::new();
    let before = integration.with_untracked(|it| it.app.clone());
    let had_secret = before.is_some();
    let client_id = RwSignal::new(before.map(|app| app.client_id).unwrap_or_default());
    let client_secret = RwSignal::new(String::new());
    let preview = RwSignal::new(None::<ClientSecretPreview>);
    let take = Callback::new(move |file: ClientSecretPreview| {
        client_id.set(file.client_id.clone());
        client_secret.set(file.client_secret.clone());
        preview.set(Some(file));
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let app = SaveGoogleApp {
            client_id: client_id.get_untracked().trim().to_owned(),
            client_secret: client_secret.get_untracked().trim().to_owned(),
            project: preview.with_untracked(|file| {
                let same = |file: &&ClientSecretPreview| {
                    client_id.with_untracked(|id| id.trim() == file.client_id)
                };
                file.as_ref()
                    .filter(same)
                    .and_then(|file| file.project.clone())
            }),
        };
        if app.client_id.is_empty() || app.client_secret.is_empty() {
            return doing.refuse(integration::BOTH_NEEDED, integration::BOTH_NEEDED_HINT);
        }
        doing.run(api.save_app(&app), move |now| {
            live.put(now);
            feed.tell(&[Topic::Repairs]);
            done.run(());
        });
    };
    view! {
        <form class="form below" on:submit=submit>
            <DropFile take/>
            {move || preview.get().map(|file| told(&file))}
            <Field label=integration::CLIENT_ID value=client_id/>
            <Field
                label=integration::CLIENT_SECRET
                value=client_secret
                kind="password"
                autocomplete="new-password"
                placeholder=if had_secret { integration::SECRET_KEPT } else { "" }
            />
            <Trouble of=doing.problem/>
            <div class="buttons">
                <Submit doing label=integration::SAVE/>
            </div>
        </form>
    }
}

/// What a file would mean, before anything is saved.
fn told(file: &ClientSecretPreview) -> impl IntoView + use<> {
    let project = file
        .project
        .clone()
        .map(|project| format!("{}: {project}. ", integration::PROJECT))
        .unwrap_or_default();
    if file.warnings.is_empty() {
        let hint = format!("{project}{}", integration::FILE_LEAD);
        return view! { <Note tone=Tone::Good what=integration::FILE_GOOD hint/> }.into_any();
    }
    let warnings = file
        .warnings
        .iter()
        .map(|warning| view! { <p class="do">{warning.clone()}</p> })
        .collect_view();
    let differences = file.differences.iter().map(difference).collect_view();
    view! { <Note tone=Tone::Warn what=integration::FILE_WARNING>{warnings}{differences}</Note> }
        .into_any()
}

/// What the field says, and what it has to say.
fn difference(it: &Difference) -> AnyView {
    let found = it
        .found
        .iter()
        .map(|value| view! { <dd><del>{value.clone()}</del></dd> });
    view! {
        <dl class="diff">
            <dt>{it.field.clone()}", "{integration::IN_FILE}</dt>
            {found.collect_view()}
            <dt>{it.field.clone()}", "{integration::NEEDED}</dt>
            <dd><Copy text=it.needed.clone()/></dd>
        </dl>
    }
    .into_any()
}
