//! `/m/layouts/{id}`: one layout, its JSON beside what a panel would show.

use edge_api::layouts::{
    Drawn, LayoutDocument, LayoutRef, LayoutWarning, Preview as Asked, PreviewState, Sample,
    SaveLayout,
};
use edge_api::rooms::Rooms;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::client::Api;
use crate::components::{
    AsyncView, Choice, Doing, Field, Lines, Note, Preview, Submit, Tone, Trouble, When,
};
use crate::feed::Feed;
use crate::live::{Live, Now};
use crate::route::{self, Page};
use crate::topic::Topic;
use crate::words::layouts;

/// The panels that are on the market, with their colours.
const PANELS: [&str; 14] = [
    "800x480",
    "800x480-bwr",
    "800x480-bwry",
    "480x800",
    "480x800-bwr",
    "400x300",
    "400x300-bwr",
    "300x400",
    "300x400-bwr",
    "296x128",
    "296x128-bwr",
    "128x296",
    "128x296-bwr",
    "1872x1404-grey4",
];

/// What each sample is called.
const SAMPLES: [(&str, &str); 8] = [
    ("busy", "Taken"),
    ("free", "Free"),
    ("private", "Private meeting"),
    ("crowded", "Long names, low battery"),
    ("no_information", "No information"),
    ("out_of_order", "Out of order"),
    ("announcement", "Announcement"),
    ("directory", "Several rooms"),
];

#[component]
pub(crate) fn LayoutPage(layout: LayoutRef) -> impl IntoView {
    let api = Api::here();
    // Read once: what is being edited must not change under the hand.
    let read = Live::new(&[], {
        let layout = layout.clone();
        move || api.layout(&layout)
    });
    let rooms = Live::new(&[Topic::Rooms], move || api.rooms());
    view! {
        <AsyncView of=read let:read>
            <Editor read rooms/>
        </AsyncView>
    }
}

#[component]
fn Editor(read: Now<LayoutDocument>, rooms: Live<Rooms>) -> impl IntoView {
    let first = read.with_untracked(Clone::clone);
    let is_own = matches!(first.layout, LayoutRef::Own(_));
    let layout = StoredValue::new(first.layout.clone());
    let version = RwSignal::new(first.version);
    let name = RwSignal::new(first.name.clone());
    let document = RwSignal::new(first.document.clone());
    let warnings = RwSignal::new(first.warnings.clone());
    let panel = RwSignal::new(panel_of(&first.layout).to_owned());
    let state = RwSignal::new("busy".to_owned());
    let hangs = RwSignal::new("0".to_owned());
    let asked = Signal::derive(move || Asked {
        what: Drawn::Document(document.get()),
        panel: panel.get(),
        rotation: hangs.with(|hangs| hangs.parse().unwrap_or(0)),
        state: state_meant(&state.get()),
        locale: None,
    });
    check_while_typing(document, warnings);
    let states = Signal::derive(move || {
        let sample = |(word, says): &(&str, &str)| ((*word).to_owned(), (*says).to_owned());
        let mut states: Vec<_> = SAMPLES.iter().map(sample).collect();
        let rooms = rooms
            .data
            .get()
            .map(|rooms| rooms.rooms)
            .unwrap_or_default();
        states.extend(
            rooms
                .into_iter()
                .map(|room| (room.id.to_string(), room.name)),
        );
        states
    });
    let same = |word: &&str| ((*word).to_owned(), word.replace('x', " × "));
    let panels: Vec<_> = PANELS.iter().map(same).collect();
    let turns: Vec<_> = ["0", "90", "180", "270"]
        .map(|turn| (turn.to_owned(), format!("{turn}°")))
        .into();
    view! {
        <div class="page-head">
            <h1>{first.name}</h1>
            <span class="lead">{if is_own { layouts::OWN } else { layouts::SHIPPED }}</span>
            <span class="grow"></span>
            <a class="button plain" href=Page::Layouts.path()>{layouts::ALL}</a>
        </div>
        <div class="stack">
            <section class="card stack">
                <div class="three">
                    <Choice label=layouts::PANEL value=panel of=Signal::stored(panels)/>
                    <Choice label=layouts::STATE value=state of=states/>
                    <Choice label=layouts::HANGS value=hangs of=Signal::stored(turns)/>
                </div>
                <div class="scroll"><Preview of=asked says=layouts::PREVIEW/></div>
            </section>
            {move || told(&warnings.get())}
            <Text layout version name document is_own/>
        </div>
    }
}

/// Name and document, with what can be done with them.
#[component]
fn Text(
    layout: StoredValue<LayoutRef>,
    version: RwSignal<u64>,
    name: RwSignal<String>,
    document: RwSignal<String>,
    is_own: bool,
) -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let navigate = StoredValue::new_local(use_navigate());
    let doing = Doing::new();
    let saved = RwSignal::new(false);
    let go = move |to: &str| navigate.with_value(|go| go(to, NavigateOptions::default()));
    let written = move || SaveLayout {
        name: name.get_untracked().trim().to_owned(),
        document: document.get_untracked(),
    };
    let copy = move || {
        let mut new = written();
        if !is_own {
            new.name = layouts::NEW_NAME.to_owned();
        }
        doing.run(api.import_layout(&new), move |made| {
            feed.tell(&[Topic::Layouts]);
            go(&route::layout(&made.layout));
        });
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        saved.set(false);
        if !is_own {
            return copy();
        }
        let asked = api.save_layout(&layout.get_value(), version.get_untracked(), &written());
        doing.run(asked, move |now| {
            version.set(now.version);
            saved.set(true);
            feed.tell(&[Topic::Layouts]);
        });
    };
    let delete = move |_| {
        let asked = api.delete_layout(&layout.get_value(), version.get_untracked());
        doing.run(asked, move |()| {
            feed.tell(&[Topic::Layouts]);
            go(Page::Layouts.path());
        });
    };
    view! {
        <section class="card">
            <form class="form" on:submit=submit>
                {is_own.then(|| view! { <Field label=layouts::NAME value=name/> })}
                <Lines label=layouts::DOCUMENT value=document rows=22 code=true/>
                <Trouble of=doing.problem/>
                <When this=saved><Note tone=Tone::Good what=layouts::SAVED/></When>
                <div class="buttons">
                    <Submit doing label=if is_own { layouts::SAVE } else { layouts::COPY }/>
                    {is_own.then(|| view! {
                        <button type="button" class="button" disabled=doing.busy on:click=move |_| copy()>{layouts::COPY}</button>
                        <button type="button" class="button danger" disabled=doing.busy on:click=delete>{layouts::DELETE}</button>
                    })}
                </div>
            </form>
        </section>
    }
}

/// Asks what is ignored, once the hand rests.
fn check_while_typing(document: RwSignal<String>, warnings: RwSignal<Vec<LayoutWarning>>) {
    let api = Api::here();
    Effect::new(move |first: Option<()>| {
        let text = document.get();
        if first.is_none() {
            return;
        }
        spawn_local(async move {
            crate::browser::sleep(400).await;
            if document.try_with_untracked(|now| *now == text) != Some(true) {
                return;
            }
            // A text that is no layout is told below the preview.
            if let Ok(checked) = api.check_layout(text).await {
                warnings.try_set(checked.warnings);
            }
        });
    });
}

fn told(warnings: &[LayoutWarning]) -> impl IntoView + use<> {
    let rows: Vec<_> = warnings
        .iter()
        .map(|one| view! { <li><code>{one.path.clone()}</code>" "{one.what.clone()}</li> })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <div class="note warn" role="status">
                <strong>{layouts::WARNINGS}</strong>
                <ul class="told">{rows}</ul>
            </div>
        }
    })
}

fn panel_of(layout: &LayoutRef) -> &'static str {
    let made_for = |panel: &&&str| layout.as_str().ends_with(**panel);
    PANELS
        .iter()
        .find(made_for)
        .copied()
        .unwrap_or("800x480-bwr")
}

fn state_meant(word: &str) -> PreviewState {
    if let Ok(room) = word.parse() {
        return PreviewState::Room(room);
    }
    let index = SAMPLES.iter().position(|(name, _)| *name == word);
    PreviewState::Sample(
        index
            .and_then(|index| Sample::ALL.get(index))
            .copied()
            .unwrap_or(Sample::Busy),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_of_the_contract_has_a_name_here() {
        let words: Vec<_> = Sample::ALL
            .iter()
            .map(|sample| serde_json::to_value(sample).unwrap())
            .collect();
        let here: Vec<_> = SAMPLES
            .iter()
            .map(|(word, _)| serde_json::json!(word))
            .collect();
        assert_eq!(words, here);
        for (word, _) in SAMPLES {
            assert!(matches!(state_meant(word), PreviewState::Sample(sample)
                if serde_json::to_value(sample).unwrap() == word));
        }
    }
}
