//! What a display is set to, on its own page: layout, privacy, quiet hours, out of order, announcement.

use edge_api::id::{DisplayId, RoomId};
use edge_api::layouts::Layouts;
use edge_api::rooms::{Room, Rooms};
use edge_api::settings::{
    ClockStyle, Corner, DisplaySettings, OutOfOrder, Privacy, QuietHours, Shows,
};
use leptos::prelude::*;

use crate::browser;
use crate::client::Api;
use crate::components::{
    AsyncView, Choice, Doing, Field, Lines, Note, Submit, Tick, Tone, Trouble, When,
};
use crate::feed::Feed;
use crate::live::{Live, Now};
use crate::topic::Topic;
use crate::wall;
use crate::words::settings;

/// The languages that signs speak, each by its own name.
const LANGUAGES: [(&str, &str); 10] = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("it", "Italiano"),
    ("nl", "Nederlands"),
    ("pl", "Polski"),
    ("ar", "العربية"),
    ("ja", "日本語"),
    ("zh-Hans", "简体中文"),
];

#[component]
pub(crate) fn SettingsCard(id: DisplayId, rooms: Live<Rooms>) -> impl IntoView {
    let api = Api::here();
    // Read once: what is being edited must not change under the hand.
    let read = Live::new(&[], {
        let id = id.clone();
        move || api.settings(&id)
    });
    let layouts = Live::new(&[Topic::Layouts], move || api.layouts());
    view! {
        <section class="card">
            <div class="card-head"><h2>{settings::TITLE}</h2></div>
            <AsyncView of=read let:read>
                <Form id=id.clone() read rooms layouts/>
            </AsyncView>
        </section>
    }
}

/// What stands in the form, each in the words of its input.
#[derive(Clone, Copy)]
struct Typed {
    shows: RwSignal<String>,
    heading: RwSignal<String>,
    listed: RwSignal<String>,
    layout: RwSignal<String>,
    hangs: RwSignal<String>,
    privacy: RwSignal<String>,
    locale: RwSignal<String>,
    clock: RwSignal<String>,
    quiet_from: RwSignal<String>,
    quiet_until: RwSignal<String>,
    mark: RwSignal<String>,
    closed: RwSignal<bool>,
    reason: RwSignal<String>,
    closed_until: RwSignal<String>,
}

impl Typed {
    fn of(now: &DisplaySettings, rooms: &[Room]) -> Self {
        let text = |text: &str| RwSignal::new(text.to_owned());
        let (shows, heading, listed) = match &now.shows {
            Shows::Room => ("room", "", String::new()),
            Shows::Picture => ("picture", "", String::new()),
            Shows::Directory { title, rooms: ids } => {
                let name = |id: &RoomId| {
                    rooms
                        .iter()
                        .find(|room| room.id == *id)
                        .map(|room| room.name.clone())
                };
                let names: Vec<_> = ids.iter().filter_map(name).collect();
                ("directory", title.as_str(), names.join("\n"))
            }
        };
        let time = String::from;
        let closed_until = now.out_of_order.as_ref().and_then(|closed| closed.until);
        Self {
            shows: text(shows),
            heading: text(heading),
            listed: RwSignal::new(listed),
            layout: text(now.layout.as_ref().map_or("", |layout| layout.as_str())),
            hangs: RwSignal::new(now.rotation.to_string()),
            privacy: text(match now.privacy {
                Privacy::Full => "full",
                Privacy::OrganiserOnly => "organiser",
                Privacy::BusyOnly => "busy",
            }),
            locale: text(now.locale.as_deref().unwrap_or_default()),
            clock: text(match now.clock {
                None => "",
                Some(ClockStyle::Hours24) => "24",
                Some(ClockStyle::Hours12) => "12",
            }),
            quiet_from: RwSignal::new(now.quiet.map(|hours| time(hours.from)).unwrap_or_default()),
            quiet_until: RwSignal::new(
                now.quiet.map(|hours| time(hours.until)).unwrap_or_default(),
            ),
            mark: text(match now.mark {
                Corner::TopLeft => "tl",
                Corner::TopRight => "tr",
                Corner::BottomLeft => "bl",
                Corner::BottomRight => "br",
            }),
            closed: RwSignal::new(now.out_of_order.is_some()),
            reason: text(
                now.out_of_order
                    .as_ref()
                    .map_or("", |closed| &closed.reason),
            ),
            closed_until: RwSignal::new(
                closed_until
                    .map(browser::to_local_input)
                    .unwrap_or_default(),
            ),
        }
    }

    /// What was meant; `None` when a room of the directory is not known.
    fn meant(self, rooms: &[Room]) -> Option<DisplaySettings> {
        let get = |signal: RwSignal<String>| signal.get_untracked();
        let shows = match get(self.shows).as_str() {
            "picture" => Shows::Picture,
            "directory" => {
                let listed = get(self.listed);
                let names = listed
                    .lines()
                    .map(str::trim)
                    .filter(|name| !name.is_empty());
                let ids: Option<Vec<_>> = names
                    .map(|name| wall::room_meant(rooms, name).map(|room| room.id.clone()))
                    .collect();
                Shows::Directory {
                    title: get(self.heading),
                    rooms: ids?,
                }
            }
            _ => Shows::Room,
        };
        let times = (get(self.quiet_from).parse(), get(self.quiet_until).parse());
        Some(DisplaySettings {
            shows,
            layout: get(self.layout).parse().ok(),
            rotation: get(self.hangs).parse().unwrap_or(0),
            privacy: match get(self.privacy).as_str() {
                "organiser" => Privacy::OrganiserOnly,
                "busy" => Privacy::BusyOnly,
                _ => Privacy::Full,
            },
            locale: Some(get(self.locale)).filter(|locale| !locale.is_empty()),
            clock: match get(self.clock).as_str() {
                "24" => Some(ClockStyle::Hours24),
                "12" => Some(ClockStyle::Hours12),
                _ => None,
            },
            quiet: match times {
                (Ok(from), Ok(until)) => Some(QuietHours { from, until }),
                _ => None,
            },
            out_of_order: self.closed.get_untracked().then(|| OutOfOrder {
                reason: get(self.reason).trim().to_owned(),
                until: browser::from_local_input(&get(self.closed_until)),
            }),
            mark: match get(self.mark).as_str() {
                "tl" => Corner::TopLeft,
                "tr" => Corner::TopRight,
                "bl" => Corner::BottomLeft,
                _ => Corner::BottomRight,
            },
        })
    }
}

fn choices(of: &[(&str, &str)]) -> Signal<Vec<(String, String)>> {
    let owned = |(word, says): &(&str, &str)| ((*word).to_owned(), (*says).to_owned());
    Signal::stored(of.iter().map(owned).collect())
}

#[component]
fn Form(
    id: DisplayId,
    read: Now<DisplaySettings>,
    rooms: Live<Rooms>,
    layouts: Live<Layouts>,
) -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let doing = Doing::new();
    let saved = RwSignal::new(false);
    let known = move || {
        rooms
            .data
            .with_untracked(|all| all.map(|all| all.rooms.clone()).unwrap_or_default())
    };
    let typed = read.with_untracked(|now| Typed::of(now, &known()));
    let submit = {
        let id = id.clone();
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            saved.set(false);
            let Some(settings) = typed.meant(&known()) else {
                return doing.refuse(settings::NO_ROOM, settings::NO_ROOM_HINT);
            };
            doing.run(api.set(&id, &settings), move |_| {
                saved.set(true);
                feed.tell(&[Topic::Signs, Topic::Layouts]);
            });
        }
    };
    let picture = {
        let id = id.clone();
        move |file: Option<web_sys::File>| {
            if let Some(file) = file {
                doing.run(api.set_picture(&id, file), move |()| saved.set(true));
            }
        }
    };
    let of_layouts = Signal::derive(move || {
        let mut all = vec![(String::new(), settings::BY_PANEL.to_owned())];
        let known = layouts
            .data
            .get()
            .map(|all| all.layouts)
            .unwrap_or_default();
        all.extend(
            known
                .into_iter()
                .map(|one| (one.layout.as_str().to_owned(), one.name)),
        );
        all
    });
    let mut languages = vec![("", settings::OF_ROOM)];
    languages.extend(LANGUAGES);
    let about = [
        ("room", settings::ROOM),
        ("directory", settings::DIRECTORY),
        ("picture", settings::PICTURE),
    ];
    let privacy = [
        ("full", settings::FULL),
        ("organiser", settings::ORGANISER),
        ("busy", settings::BUSY),
    ];
    let clocks = [
        ("", settings::OF_ROOM),
        ("24", settings::CLOCK_24),
        ("12", settings::CLOCK_12),
    ];
    let turns = [("0", "0°"), ("90", "90°"), ("180", "180°"), ("270", "270°")];
    let corners = [
        ("tl", "Top left"),
        ("tr", "Top right"),
        ("bl", "Bottom left"),
        ("br", "Bottom right"),
    ];
    let lists = Signal::derive(move || typed.shows.get() == "directory");
    let shows_picture = Signal::derive(move || typed.shows.get() == "picture");
    view! {
        <form class="form" on:submit=submit>
            <div class="three">
                <Choice label=settings::SHOWS value=typed.shows of=choices(&about)/>
                <Choice label=settings::LAYOUT value=typed.layout of=of_layouts/>
                <Choice label=settings::HANGS value=typed.hangs of=choices(&turns)/>
                <Choice label=settings::PRIVACY value=typed.privacy of=choices(&privacy)/>
                <Choice label=settings::LANGUAGE value=typed.locale of=choices(&languages)/>
                <Choice label=settings::CLOCK value=typed.clock of=choices(&clocks)/>
                <Field label=settings::QUIET_FROM kind="time" value=typed.quiet_from/>
                <Field label=settings::QUIET_UNTIL kind="time" value=typed.quiet_until/>
                <Choice label=settings::MARK value=typed.mark of=choices(&corners)/>
            </div>
            <p class="soft small">{settings::QUIET_HINT}</p>
            <When this=lists>
                <Field label=settings::HEADING value=typed.heading/>
                <Lines label=settings::ROOMS value=typed.listed/>
            </When>
            <When this=shows_picture>
                <div class="field">
                    <label for="picture-file">{settings::FILE}</label>
                    <input
                        id="picture-file"
                        class="input"
                        type="file"
                        accept=".png,.jpg,.jpeg,.bmp,.svg"
                        on:change:target={
                            let picture = picture.clone();
                            move |event| picture(event.target().files().and_then(|files| files.get(0)))
                        }
                    />
                </div>
            </When>
            <Tick label=settings::CLOSED value=typed.closed/>
            <When this=typed.closed>
                <div class="two">
                    <Field label=settings::REASON value=typed.reason hint=settings::CLOSED_HINT/>
                    <Field label=settings::CLOSED_UNTIL kind="datetime-local" value=typed.closed_until/>
                </div>
            </When>
            <Trouble of=doing.problem/>
            <When this=saved><Note tone=Tone::Good what=settings::SAVED/></When>
            <div class="buttons"><Submit doing label=settings::SAVE/></div>
        </form>
    }
}
