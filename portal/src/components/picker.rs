//! A select that is searched by typing: the combobox pattern of the ARIA practices.

use edge_api::rooms::Room;
use leptos::prelude::*;

use crate::components::field::fresh_id;
use crate::components::when::When;
use crate::wall;
use crate::words::signs;

/// Most rooms offered at once; typing narrows them down.
const OFFERED: usize = 40;

/// Chooses a room by typing part of its name or address.
#[component]
pub(crate) fn Picker(
    label: &'static str,
    #[prop(into)] rooms: Signal<Vec<Room>>,
    /// What stands in the input; [`wall::room_meant`] tells which room that is.
    typed: RwSignal<String>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let active = RwSignal::new(0_usize);
    let id = fresh_id();
    let list = format!("{id}l");
    let option = {
        let id = id.clone();
        move |index: usize| format!("{id}o{index}")
    };

    let offered = Memo::new(move |_| {
        let typed = typed.get();
        let meant_exactly = rooms.with(|rooms| {
            rooms
                .iter()
                .any(|room| room.name == typed || room.calendar == typed)
        });
        let wanted = if meant_exactly { String::new() } else { typed };
        rooms.with(|rooms| {
            rooms
                .iter()
                .filter(|room| wall::room_matches(room, &wanted))
                .take(OFFERED)
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    let choose = move |room: &Room| {
        let twins = rooms
            .with_untracked(|rooms| rooms.iter().filter(|other| other.name == room.name).count());
        typed.set(if twins > 1 {
            room.calendar.clone()
        } else {
            room.name.clone()
        });
        open.set(false);
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let last = offered.with_untracked(Vec::len).saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if !open.get_untracked() => open.set(true),
            "ArrowDown" => active.update(|at| *at = (*at + 1).min(last)),
            "ArrowUp" => active.update(|at| *at = at.saturating_sub(1)),
            "Enter" if open.get_untracked() => {
                let chosen =
                    offered.with_untracked(|rooms| rooms.get(active.get_untracked()).cloned());
                if let Some(room) = chosen {
                    choose(&room);
                }
            }
            "Escape" if open.get_untracked() => open.set(false),
            _ => return,
        }
        event.prevent_default();
    };
    let active_id = {
        let option = option.clone();
        move || open.get().then(|| option(active.get()))
    };

    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <div class="picker">
                <input
                    id=id
                    class="input"
                    role="combobox"
                    aria-autocomplete="list"
                    aria-controls=list.clone()
                    aria-expanded=move || open.get().to_string()
                    aria-activedescendant=active_id
                    autocomplete="off"
                    spellcheck="false"
                    placeholder=signs::PICK
                    prop:value=typed
                    on:input:target=move |event| {
                        typed.set(event.target().value());
                        active.set(0);
                        open.set(true);
                    }
                    on:focus=move |_| open.set(true)
                    on:click=move |_| open.set(true)
                    on:blur=move |_| open.set(false)
                    on:keydown=on_key
                />
                <When this=open>
                    // Pressing inside must not take the keyboard from the input, or the list would close first.
                    <ul id=list.clone() role="listbox" aria-label=label on:mousedown=|event| event.prevent_default()>
                        {
                            let option = option.clone();
                            move || {
                                let offered = offered.get();
                                if offered.is_empty() {
                                    let none = if rooms.with(Vec::is_empty) { signs::NO_ROOMS } else { signs::NO_ROOM_FOUND };
                                    return view! { <li class="none">{none}</li> }.into_any();
                                }
                                let options = offered.into_iter().enumerate().map(|(index, room)| {
                                    let name = room.name.clone();
                                    let calendar = room.calendar.clone();
                                    view! {
                                        <li
                                            id=option(index)
                                            role="option"
                                            class:active=move || active.get() == index
                                            aria-selected=move || (active.get() == index).to_string()
                                            on:click=move |_| choose(&room)
                                        >
                                            <span>{name}</span>
                                            <span class="soft small" aria-hidden="true">{calendar}</span>
                                        </li>
                                    }
                                });
                                options.collect_view().into_any()
                            }
                        }
                    </ul>
                </When>
            </div>
        </div>
    }
}
