//! Links a display to a room.

use edge_api::id::DisplayId;
use edge_api::rooms::Rooms;
use leptos::prelude::*;

use crate::client::Api;
use crate::components::picker::Picker;
use crate::components::{Doing, Submit, Trouble};
use crate::feed::Feed;
use crate::live::Live;
use crate::topic::Topic;
use crate::wall;
use crate::words::signs;

/// "Room" and "Link".
#[component]
pub(crate) fn LinkForm(
    display: DisplayId,
    rooms: Live<Rooms>,
    /// Runs once the display is linked.
    #[prop(optional, into)]
    linked: Option<Callback<()>>,
) -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let doing = Doing::new();
    let typed = RwSignal::new(String::new());
    let all = Signal::derive(move || {
        rooms
            .data
            .get()
            .map(|rooms| rooms.rooms)
            .unwrap_or_default()
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let meant = all.with_untracked(|all| {
            wall::room_meant(all, &typed.get_untracked()).map(|room| room.id.clone())
        });
        let Some(room) = meant else {
            return doing.refuse(signs::NOT_A_ROOM, signs::NOT_A_ROOM_HINT);
        };
        let display = display.clone();
        doing.run(api.link(&display, room), move |()| {
            typed.set(String::new());
            feed.tell(&[Topic::Signs, Topic::Rooms, Topic::Repairs]);
            if let Some(linked) = linked {
                linked.run(());
            }
        });
    };
    view! {
        <form class="link-form" on:submit=submit>
            <div class="picker-row">
                <Picker label=signs::ROOM rooms=all typed/>
                <Submit doing label=signs::LINK/>
            </div>
            <Trouble of=doing.problem/>
        </form>
    }
}
