//! The steps in Google's console, with the exact values to put there.

use leptos::prelude::*;

use crate::checklist::{host, origin};
use crate::components::{Copy, Icon, Mark};
use crate::words::integration;

#[component]
pub(crate) fn Steps(
    /// What Google has to send the browser back to; absent until a relay is set up.
    redirect: Memo<Option<String>>,
    /// Whether an app is saved, and so all steps were done once.
    has_app: Memo<bool>,
) -> impl IntoView {
    let mark = move |number: u32| {
        move || {
            if has_app.get() {
                view! { <Icon mark=Mark::Check/> }.into_any()
            } else {
                number.into_any()
            }
        }
    };
    let class = move || if has_app.get() { "done" } else { "now" };
    let console = |address: &'static str| {
        view! {
            <a class="button slim" href=address target="_blank" rel="external noreferrer">{integration::CONSOLE}</a>
        }
    };
    view! {
        <ol class="steps below">
            <li class=class>
                <span class="mark">{mark(1)}</span>
                <div>
                    <h3>{integration::STEP_PROJECT}</h3>
                    <p class="soft">{integration::STEP_PROJECT_HINT}</p>
                </div>
                {console(integration::CONSOLE_URL)}
            </li>
            <li class=class>
                <span class="mark">{mark(2)}</span>
                <h3>{integration::STEP_APIS}</h3>
                {console(integration::APIS_URL)}
            </li>
            <li class=class>
                <span class="mark">{mark(3)}</span>
                <div>
                    <h3>{integration::STEP_CONSENT}</h3>
                    {move || redirect.get().map(|uri| view! {
                        <div class="exact">{integration::CONSENT_DOMAIN}<Copy text=host(&uri)/></div>
                    })}
                </div>
            </li>
            <li class=class>
                <span class="mark">{mark(4)}</span>
                <div>
                    <h3>{integration::STEP_CLIENT}</h3>
                    {move || redirect.get().map(|uri| view! {
                        <div class="exact">
                            {integration::REDIRECT}
                            <Copy text=uri.clone()/>
                            {integration::ORIGIN}
                            <Copy text=origin(&uri)/>
                        </div>
                    })}
                </div>
            </li>
        </ol>
    }
}
