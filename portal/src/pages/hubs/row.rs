//! One hub: whether it is there, how its panels are, and what can be done to it.

use edge_api::hubs::{Hub, HubLog, Panel};
use edge_api::id::HubId;
use leptos::prelude::*;

use crate::client::Api;
use crate::clock::Clock;
use crate::components::{Doing, Icon, Mark, Note, Tone, Trouble};
use crate::feed::Feed;
use crate::topic::Topic;
use crate::when;
use crate::words::hubs;

/// Below this a battery is nearly empty; the agent raises a repair.
const BATTERY_LOW: u32 = 15;

/// Below this a display is hardly in reach.
const SIGNAL_WEAK: u32 = 30;

#[component]
pub(super) fn Row(hub: Hub) -> impl IntoView {
    let clock = Clock::here();
    let (class, mark, word) = if hub.connected {
        ("state ok", Mark::Check, hubs::CONNECTED)
    } else {
        ("state bad", Mark::Warning, hubs::AWAY)
    };
    let since = if hub.connected {
        hub.since
    } else {
        hub.since.or(hub.last_seen)
    };
    let trouble = hub.problem.clone();
    let cloned = hub.cloned_since.is_some();
    let displays = when::count(hub.displays, "display", "displays");
    let (panels, id, name) = (hub.panels.clone(), hub.id.clone(), hub.name.clone());
    view! {
        <li class="hub">
            <div class="what">
                <h3>{name}</h3>
                <p class="soft small">{displays}</p>
                {panels.into_iter().filter_map(panel).collect_view()}
                {trouble.map(|what| view! { <Note tone=Tone::Warn what/> })}
                {cloned.then(|| view! { <Note tone=Tone::Bad what=hubs::CLONED/> })}
                <details>
                    <summary>{hubs::DETAILS}</summary>
                    {facts(&hub)}
                    <Deeds id connected=hub.connected/>
                </details>
            </div>
            <div>
                <span class=class><Icon mark/>{word}</span>
                {since.map(|at| view! {
                    <span class="soft small numbers">" "{move || clock.lasting(at)}</span>
                })}
            </div>
        </li>
    }
}

/// What a panel measures; nothing when it measures nothing.
fn panel(panel: Panel) -> Option<impl IntoView> {
    let battery = panel.battery_percent.map(|percent| {
        let days = panel
            .battery_days
            .map(|days| when::count(days as usize, "day", "days"));
        let days = days
            .map(|days| format!(", {days} left"))
            .unwrap_or_default();
        let text = format!("{} {percent} %{days}", hubs::BATTERY);
        (text, percent < BATTERY_LOW)
    });
    let signal = panel.signal_percent.map(|percent| {
        let text = format!("{} {percent} %", hubs::SIGNAL);
        (text, percent < SIGNAL_WEAK)
    });
    let warm = panel
        .temperature_decidegrees
        .map(|tenths| (format!("{:.1} °C", f64::from(tenths) / 10.0), false));
    let measured: Vec<(String, bool)> = [battery, signal, warm].into_iter().flatten().collect();
    (!measured.is_empty()).then(|| {
        let parts = measured.into_iter().map(|(text, low)| {
            let class = if low { "warn strong" } else { "" };
            view! { " · "<span class=class>{text}</span> }
        });
        view! { <p class="small numbers">{panel.key}{parts.collect_view()}</p> }
    })
}

fn facts(hub: &Hub) -> impl IntoView + use<> {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
    let came_back = when::count(
        usize::try_from(hub.reconnects).unwrap_or(usize::MAX),
        "time",
        "times",
    );
    view! {
        <dl class="facts">
            <dt>{hubs::FOUND_AT}</dt>
            <dd>{text(&hub.address)}</dd>
            <dt>{hubs::VERSION}</dt>
            <dd>{text(&hub.version)}</dd>
            <dt>{hubs::RECONNECTS}</dt>
            <dd>{came_back}</dd>
            <dt>{hubs::CLOCK}</dt>
            <dd>{ahead(hub.clock_ahead_ms)}</dd>
            <dt>{hubs::SYSTEM_CLOCK}</dt>
            <dd>{ahead(hub.system_clock_ahead_ms)}</dd>
        </dl>
    }
}

/// How far a clock is off, in words.
fn ahead(ms: Option<i64>) -> String {
    let Some(ms) = ms else {
        return "–".to_owned();
    };
    let way = if ms < 0 { "behind" } else { "ahead" };
    match ms.unsigned_abs() {
        0..1000 => format!("{} ms {way}", ms.unsigned_abs()),
        off => format!(
            "{} {way}",
            when::span(i64::try_from(off / 1000).unwrap_or(i64::MAX))
        ),
    }
}

/// Restart, log, forget.
#[component]
fn Deeds(id: HubId, connected: bool) -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let doing = Doing::new();
    let sure = RwSignal::new(false);
    let log = RwSignal::new(None::<HubLog>);
    let id = StoredValue::new(id);
    let reboot = move |_| doing.run(id.with_value(|id| api.reboot_hub(id)), |()| {});
    let read_log = move |_| {
        doing.run(id.with_value(|id| api.hub_log(id)), move |lines| {
            log.set(Some(lines))
        });
    };
    let forget = move |_| {
        if sure.get_untracked() {
            doing.run(id.with_value(|id| api.forget_hub(id)), move |()| {
                feed.tell(&[Topic::Hubs])
            });
        } else {
            sure.set(true);
        }
    };
    view! {
        <div class="buttons">
            <button type="button" class="button slim" disabled=move || doing.busy.get() || !connected on:click=reboot>
                {hubs::RESTART}
            </button>
            <button type="button" class="button slim" disabled=doing.busy on:click=read_log>{hubs::LOG}</button>
            <button type="button" class="button slim danger" disabled=doing.busy on:click=forget>
                {move || if sure.get() { hubs::FORGET_SURE } else { hubs::FORGET }}
            </button>
        </div>
        <Trouble of=doing.problem/>
        {move || log.get().map(lines)}
    }
}

fn lines(log: HubLog) -> impl IntoView {
    if log.lines.is_empty() {
        return view! { <p class="soft small">{hubs::LOG_EMPTY}</p> }.into_any();
    }
    let clock = Clock::here();
    let lines = log.lines.into_iter().rev().map(|line| {
        let at = line
            .at
            .map(|at| view! { <span class="soft">{move || clock.ago(at)}" "</span> });
        view! { <li>{at}{line.text}</li> }
    });
    view! { <ul class="small log">{lines.collect_view()}</ul> }.into_any()
}
