//! What a display's glass shows.

use leptos::prelude::*;

use crate::components::When;
use crate::wall;
use crate::words::signs;

/// Widest panel that a sign on the wall shows pixel for pixel, in pixels: the card's own width.
const WALL_WIDTH: u32 = 300;

/// A picture of the glass. It changes without a reload; a picture that has just changed fades in.
#[component]
pub(crate) fn Glass(
    /// Where the picture is; changes with the picture.
    #[prop(into)]
    url: Signal<Option<String>>,
    /// The panel, such as `800x480`.
    #[prop(into)]
    panel: String,
    /// What to say to those who do not see it.
    #[prop(into)]
    says: Signal<String>,
    /// Whether it may show something that is not so any more.
    #[prop(into)]
    old: Signal<bool>,
    /// At its own size, pixel for pixel, whatever the panel.
    #[prop(optional)]
    full: bool,
) -> impl IntoView {
    let (width, height) = wall::pixels(&panel).unwrap_or((800, 480));
    let pictures = RwSignal::new(0_u32);
    let known = Memo::new(move |_| url.with(Option::is_some));
    let class = if full || width <= WALL_WIDTH {
        "glass exact"
    } else {
        "glass"
    };
    view! {
        <div class=class class:old=old>
            <When this=Signal::derive(move || !known.get())>
                <Blank width height/>
            </When>
            <When this=known>
                // The browser keeps the old picture until the new one is there; then the animation runs once.
                <img
                    src=move || url.get()
                    alt=move || says.get()
                    width=width
                    height=height
                    class=move || match pictures.get() {
                        0 | 1 => "",
                        n if n % 2 == 0 => "even",
                        _ => "odd",
                    }
                    on:load=move |_| pictures.update(|n| *n += 1)
                />
            </When>
        </div>
    }
}

/// A glass of which nothing is known, in its own shape.
#[component]
fn Blank(width: u32, height: u32) -> impl IntoView {
    view! {
        <div class="blank">
            <svg viewBox=format!("0 0 {width} {height}") aria-hidden="true"></svg>
            <span>{signs::NOTHING_SHOWN}</span>
        </div>
    }
}
