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

/// Several lines of text, drawn so that similar letters differ.
#[component]
pub(crate) fn TextArea(
    label: &'static str,
    value: RwSignal<String>,
    #[prop(optional)] hint: &'static str,
    #[prop(optional)] placeholder: &'static str,
) -> impl IntoView {
    let id = fresh_id();
    let hint_id = format!("{id}h");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea
                id=id
                class="input code lines"
                rows="6"
                autocomplete="off"
                spellcheck="false"
                placeholder=placeholder
                aria-describedby=hint_id.clone()
                prop:value=value
                on:input:target=move |event| value.set(event.target().value())
            ></textarea>
            <p class="hint" id=hint_id>{hint}</p>
        </div>
    }
}
