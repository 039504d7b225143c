//! Small drawings beside words, and states as a drawing with a word.

use leptos::prelude::*;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Check,
    Arrow,
    Circle,
    Warning,
    /// Leaves the portal.
    Out,
}

impl Mark {
    fn path(self) -> &'static str {
        match self {
            Self::Check => "M3 8.5 6.5 12 13 4.5",
            Self::Arrow => "M3 8h10M9 4l4 4-4 4",
            Self::Circle => "M8 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z",
            Self::Out => "M6 4h6v6M12 4 4.5 11.5",
            Self::Warning => "M8 2.5 14.5 13.5H1.5ZM8 6.5v3M8 11.6v.2",
        }
    }
}

/// A drawing in the colour of the text around it. It says nothing by itself: a word always stands beside it.
#[component]
pub(crate) fn Icon(mark: Mark) -> impl IntoView {
    view! {
        <svg
            class="icon"
            viewBox="0 0 16 16"
            fill="none"
            stroke="currentColor"
            stroke-width="2"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <path d=mark.path()></path>
        </svg>
    }
}
