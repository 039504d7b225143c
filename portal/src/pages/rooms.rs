//! `/m/rooms`: what the connected accounts can see.

use edge_api::rooms::{AddRoom, PushState, Pushes, Room, Rooms};
use leptos::prelude::*;

use crate::client::Api;
use crate::clock::Clock;
use crate::components::{AsyncView, Doing, Empty, Field, Submit, Trouble, When};
use crate::live::{Live, Now};
use crate::route::{Page, display};
use crate::topic::Topic;
use crate::wall;
use crate::when;
use crate::words::{nav, rooms, signs};

#[component]
pub(crate) fn RoomsPage() -> impl IntoView {
    let api = Api::here();
    let all = Live::new(&[Topic::Rooms], move || api.rooms());
    let wanted = RwSignal::new(String::new());
    let lead = move || {
        all.data
            .with(|all| all.map(|all| when::count(all.rooms.len(), "room", "rooms")))
    };
    view! {
        <div class="page-head">
            <h1>{nav::ROOMS}</h1>
            <span class="lead">{lead}</span>
            <span class="grow"></span>
            <div class="tools">
                <input
                    class="input"
                    type="search"
                    aria-label=signs::FIND
                    placeholder=signs::FIND
                    prop:value=wanted
                    on:input:target=move |event| wanted.set(event.target().value())
                />
            </div>
        </div>
        <AsyncView of=all let:all>
            <List all wanted/>
        </AsyncView>
        <Add live=all/>
    }
}

#[component]
fn List(all: Now<Rooms>, wanted: RwSignal<String>) -> impl IntoView {
    let shown = move || {
        all.get()
            .rooms
            .into_iter()
            .filter(|room| wanted.with(|wanted| wall::room_matches(room, wanted)))
            .collect::<Vec<_>>()
    };
    let none = Memo::new(move |_| all.with(|all| all.rooms.is_empty()));
    view! {
        <When this=none>
            <Empty title=rooms::NONE_TITLE lead=rooms::NONE_LEAD>
                <a class="button main" href=Page::Integration.path()>{rooms::CONNECT}</a>
            </Empty>
        </When>
        <When this=Signal::derive(move || !none.get())>
            <div class="card scroll">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{rooms::NAME}</th>
                            <th scope="col">{rooms::DISPLAYS}</th>
                            <th scope="col">{rooms::CHECKED}</th>
                            <th scope="col">{rooms::NEWS}</th>
                            <th scope="col">{rooms::ZONE}</th>
                        </tr>
                    </thead>
                    <tbody>{move || shown().into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </When>
    }
}

/// A calendar that is on no account's list.
#[component]
fn Add(live: Live<Rooms>) -> impl IntoView {
    let api = Api::here();
    let doing = Doing::new();
    let address = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let calendar = address.get_untracked();
        doing.run(api.add_room(&AddRoom { calendar }), move |_| {
            address.set(String::new());
            live.refresh();
        });
    };
    view! {
        <form class="form below" on:submit=submit>
            <p class="soft">{rooms::ADD_LEAD}</p>
            <Field label=rooms::ADDRESS value=address/>
            <Trouble of=doing.problem/>
            <div class="buttons"><Submit doing label=rooms::ADD/></div>
        </form>
    }
}

/// Building, floor and seats, as far as they are known.
fn place(room: &Room) -> String {
    let seats = room
        .capacity
        .map(|seats| format!("{seats} {}", rooms::SEATS));
    let parts = [room.building.clone(), room.floor.clone(), seats];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn row(room: Room) -> impl IntoView {
    let place = place(&room);
    let clock = Clock::here();
    let displays = if room.displays.is_empty() {
        view! { <span class="soft">{rooms::NOT_LINKED}</span> }.into_any()
    } else {
        let n = room.displays.len();
        room.displays
            .iter()
            .enumerate()
            .map(|(index, id)| {
                let text = if n == 1 {
                    when::count(1, "sign", "signs")
                } else {
                    format!("sign {} ", index + 1)
                };
                view! { <a href=display(id)>{text}</a> }
            })
            .collect_view()
            .into_any()
    };
    let checked = room.verified_at.map(|at| {
        let stale = room
            .stale
            .then(|| view! { <span class="bad strong">" · "{rooms::STALE}</span> });
        view! { {move || clock.ago(at)}{stale} }
    });
    view! {
        <tr>
            <td>
                <span class="strong">{room.name}</span>
                <span class="small block">{place}</span>
                <span class="soft small block">{room.calendar}</span>
            </td>
            <td>{displays}</td>
            <td class="nowrap">{checked}</td>
            <td>{news(room.pushes)}</td>
            <td class="soft">{room.zone}</td>
        </tr>
    }
}

/// How the room's changes become known, and how well.
fn news(pushes: Pushes) -> impl IntoView {
    let clock = Clock::here();
    let (words, class) = match pushes.state {
        PushState::Live => (rooms::LIVE, "ok"),
        PushState::Missing => (rooms::MISSING, "bad strong"),
        PushState::Off => (rooms::OFF, "bad strong"),
        PushState::Idle | PushState::Unknown => ("", ""),
    };
    let last = pushes.last.map(|at| {
        view! { <span class="soft small block">{rooms::LAST_NEWS}" "{move || clock.ago(at)}</span> }
    });
    view! {
        <span class=class title=pushes.problem>{words}</span>
        {last}
    }
}
