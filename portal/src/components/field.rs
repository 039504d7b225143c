//! A label and the input that belongs to it.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;

/// An id that nothing else on the page has.
pub(crate) fn fresh_id() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("f{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// One line of text.
#[component]
pub(crate) fn Field(
    label: &'static str,
    value: RwSignal<String>,
    /// `text` or `password`, `url`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What browsers may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    #[prop(optional)] hint: &'static str,
    #[prop(optional)] placeholder: &'static str,
    /// Drawn so that similar letters differ.
    #[prop(optional)]
    code: bool,
) -> impl IntoView {
    let id = fresh_id();
    let hint_id = format!("{id}h");
    let described = (!hint.is_empty()).then(|| hint_id.clone());
    let class = if code { "input code" } else { "input" };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                class=class
                type=kind
                autocomplete=autocomplete
                autocapitalize="off"
                spellcheck="false"
                placeholder=placeholder
                aria-describedby=described
                prop:value=value
                on:input:target=move |event| value.set(event.target().value())
            />
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=hint_id>{hint}</p> })}
        </div>
    }
}

/// One of several words.
#[component]
pub(crate) fn Choice(
    label: &'static str,
    value: RwSignal<String>,
    /// What each is called and what it says.
    #[prop(into)]
    of: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    let id = fresh_id();
    let options = move || {
        let option = |(word, says): (String, String)| {
            let chosen = value.with_untracked(|value| *value == word);
            view! { <option value=word selected=chosen>{says}</option> }
        };
        of.get().into_iter().map(option).collect_view()
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select
                id=id
                class="input"
                prop:value=value
                on:change:target=move |event| value.set(event.target().value())
            >
                {options}
            </select>
        </div>
    }
}

/// Several lines of text.
#[component]
pub(crate) fn Lines(
    label: &'static str,
    value: RwSignal<String>,
    #[prop(default = 3)] rows: u32,
    /// Drawn so that similar letters differ.
    #[prop(optional)]
    code: bool,
    #[prop(optional)] hint: &'static str,
    #[prop(optional)] placeholder: &'static str,
) -> impl IntoView {
    let id = fresh_id();
    let hint_id = format!("{id}h");
    let class = if code {
        "input code lines"
    } else {
        "input lines"
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea
                id=id
                class=class
                rows=rows.to_string()
                autocomplete="off"
                spellcheck="false"
                autocapitalize="off"
                placeholder=placeholder
                aria-describedby=hint_id.clone()
                prop:value=value
                on:input:target=move |event| value.set(event.target().value())
            ></textarea>
            <p class="hint" id=hint_id>{hint}</p>
        </div>
    }
}

/// Yes or no.
#[component]
pub(crate) fn Tick(label: &'static str, value: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="tick">
            <input
                type="checkbox"
                prop:checked=value
                on:change:target=move |event| value.set(event.target().checked())
            />
            {label}
        </label>
    }
}
