//! A note says what is wrong, what follows, and what to do.

use leptos::prelude::*;

use crate::problem::Problem;
use crate::words::app;

/// How grave a note is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Good,
    Warn,
    Bad,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Plain => "note",
            Self::Good => "note ok",
            Self::Warn => "note warn",
            Self::Bad => "note bad",
        }
    }
}

/// One note. What is wrong is read out at once; the rest politely.
#[component]
pub(crate) fn Note(
    tone: Tone,
    /// What happened and why.
    #[prop(into)]
    what: String,
    /// What to do.
    #[prop(into, optional)]
    hint: String,
    /// The request's id in the agent's log.
    #[prop(into, optional)]
    request: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let role = if tone == Tone::Bad { "alert" } else { "status" };
    view! {
        <div class=tone.class() role=role>
            <strong>{what}</strong>
            {(!hint.is_empty()).then(|| view! { <p class="do">{hint}</p> })}
            {(!request.is_empty()).then(|| view! { <p class="id">{app::REQUEST}" "{request}</p> })}
            {children.map(|children| children())}
        </div>
    }
}

/// A problem, while there is one.
#[component]
pub(crate) fn Trouble(#[prop(into)] of: Signal<Option<Problem>>) -> impl IntoView {
    move || {
        of.get().map(|problem| {
            view! {
                <Note
                    tone=Tone::Bad
                    what=problem.what
                    hint=problem.hint
                    request=problem.request_id.unwrap_or_default()
                />
            }
        })
    }
}

/// What stands where there is nothing yet, and how something gets there.
#[component]
pub(crate) fn Empty(
    title: &'static str,
    lead: &'static str,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <h2>{title}</h2>
            <p>{lead}</p>
            {children.map(|children| view! { <div class="buttons">{children()}</div> })}
        </div>
    }
}
