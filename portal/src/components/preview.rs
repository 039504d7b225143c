//! A picture of a layout, drawn by the agent as its panels would show it.

use edge_api::layouts::Preview as Asked;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::client::Api;
use crate::components::Trouble;
use crate::problem::Problem;
use crate::wall;

/// Between the last key and the question, in milliseconds: whoever types is not done yet.
const PAUSE: i32 = 250;

/// The picture, pixel for pixel. What the layout cannot be drawn for stands below the last one that could.
#[component]
pub(crate) fn Preview(
    #[prop(into)] of: Signal<Asked>,
    /// What to say to those who do not see it.
    says: &'static str,
) -> impl IntoView {
    let api = Api::here();
    let picture = RwSignal::new(None::<String>);
    let problem = RwSignal::new(None::<Problem>);
    let asked = RwSignal::new(0_u32);
    let keep = move |address: Option<String>| {
        let before = picture
            .try_update(|now| std::mem::replace(now, address))
            .flatten();
        if let Some(before) = before {
            browser::forget_picture(&before);
        }
    };
    Effect::new(move |_| {
        let preview = of.get();
        let number = asked.try_update_untracked(|n| {
            *n = n.wrapping_add(1);
            *n
        });
        spawn_local(async move {
            browser::sleep(PAUSE).await;
            let newest = || asked.try_get_untracked() == number;
            if !newest() {
                return;
            }
            let answer = api.draw(&preview).await;
            match answer {
                // An answer that was overtaken belongs to nobody.
                Ok(address) if !newest() => browser::forget_picture(&address),
                Ok(address) => {
                    problem.try_set(None);
                    keep(Some(address));
                }
                Err(why) => {
                    if newest() {
                        problem.try_set(Some(why));
                    }
                }
            }
        });
    });
    on_cleanup(move || keep(None));
    let size = Memo::new(move |_| {
        of.with(|asked| {
            let (width, height) = wall::pixels(&asked.panel).unwrap_or((800, 480));
            if asked.rotation % 180 == 0 {
                (width, height)
            } else {
                (height, width)
            }
        })
    });
    view! {
        <div class="glass exact preview">
            {move || picture.get().map(|address| view! {
                <img
                    src=address
                    alt=says
                    width=size.get().0
                    height=size.get().1
                />
            })}
        </div>
        <Trouble of=problem/>
    }
}
