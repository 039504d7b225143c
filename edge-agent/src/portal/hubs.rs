//! Hubs, pairing, and what the signs need of the hubs' room.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use edge_api::hubs::{Hub, HubLog, HubLogLine, Hubs, LogLevel, Pair, Pairing, Panel, Rename};
use edge_api::id::{DisplayId, HubId, RoomId};
use edge_api::settings::DisplaySettings;
use http::StatusCode;
use hub_link::wire::Level;
use jiff::SignedDuration;
use qrcode::{EcLevel, QrCode};

use super::app::{App, now};
use super::body::{HubPath, JsonBody};
use super::caller::Caller;
use super::refusal::Refusal;
use crate::hubs::{DisplayError, DisplayView, HubView, PairError};

/// Longest name of a hub, in characters.
const MAX_NAME_CHARS: usize = 60;

/// What is known of a hub's presence.
#[derive(Clone, Debug)]
pub(super) struct Presence {
    pub(super) name: String,
    pub(super) connected: bool,
}

pub(super) async fn list(State(app): State<App>, _caller: Caller) -> Result<Json<Hubs>, Refusal> {
    let mut hubs: Vec<Hub> = app.hubs.hubs().await?.into_iter().map(hub).collect();
    hubs.sort_by_cached_key(|hub| hub.name.to_lowercase());
    Ok(Json(Hubs {
        now: now(),
        listen: app.hubs.local_addr().to_string(),
        pairing: pairing_state(&app),
        hubs,
        passive_since: app.hubs.passive_since().await?,
        standby_key: app.hubs.has_standby_key(),
    }))
}

pub(super) async fn pair(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<Pair>,
) -> Result<Json<Pairing>, Refusal> {
    let name = body
        .name
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty());
    check_name(name.as_deref().unwrap_or_default())?;
    let subject = name.clone().unwrap_or_default();
    app.hubs
        .pair(body.code.as_deref(), name, body.replaces)
        .await
        .map_err(|error| match error {
            PairError::NotACode(why) => Refusal::new(
                ErrorCode::PairingCode,
                format!("This is not a pairing code: {why}."),
                "Enter the code as the hub's panel or console shows it.",
            ),
            PairError::UnknownHub => Refusal::not_found("hub"),
            PairError::Store(error) => error.into(),
        })?;
    caller.record(&app, Action::PairingOpened, subject).await?;
    Ok(Json(pairing_state(&app)))
}

pub(super) async fn stop_pairing(State(app): State<App>, _caller: Caller) -> StatusCode {
    app.hubs.stop_pairing();
    StatusCode::NO_CONTENT
}

pub(super) async fn forget(
    State(app): State<App>,
    caller: Caller,
    HubPath(hub): HubPath,
) -> Result<StatusCode, Refusal> {
    let name = app.hubs.forget(&hub).await?;
    caller.record(&app, Action::HubForgotten, name).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn rename(
    State(app): State<App>,
    caller: Caller,
    HubPath(hub): HubPath,
    JsonBody(body): JsonBody<Rename>,
) -> Result<StatusCode, Refusal> {
    let name = body.name.trim();
    check_name(name)?;
    if name.is_empty() {
        return Err(Refusal::new(
            ErrorCode::BadRequest,
            "A hub needs a name.",
            "Enter one.",
        ));
    }
    app.hubs.rename(&hub, name).await?;
    caller.record(&app, Action::HubRenamed, name).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn reboot(
    State(app): State<App>,
    caller: Caller,
    HubPath(hub): HubPath,
) -> Result<StatusCode, Refusal> {
    app.hubs.reboot(&hub).await?;
    let name: String = hub.as_str().chars().take(8).collect();
    caller.record(&app, Action::HubRebooted, name).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn log(
    State(app): State<App>,
    _caller: Caller,
    HubPath(hub): HubPath,
) -> Result<Json<HubLog>, Refusal> {
    let lines = app.hubs.log(&hub).await?;
    let lines = lines.ok_or_else(|| Refusal::not_found("hub"))?.into_iter();
    let lines = lines.map(|line| HubLogLine {
        at: line.at,
        level: match line.level {
            Level::Error => LogLevel::Error,
            Level::Warn => LogLevel::Warn,
            Level::Info | Level::Unspecified => LogLevel::Info,
        },
        text: line.text,
    });
    Ok(Json(HubLog {
        lines: lines.collect(),
    }))
}

fn check_name(name: &str) -> Result<(), Refusal> {
    if name.chars().count() > MAX_NAME_CHARS {
        return Err(Refusal::new(
            ErrorCode::BadRequest,
            format!("A hub's name has at most {MAX_NAME_CHARS} characters."),
            "Take a shorter one.",
        ));
    }
    Ok(())
}

/// Where pairing stands; a code that was drawn here comes with the command that uses it, as a QR code.
fn pairing_state(app: &App) -> Pairing {
    let mut state = app.hubs.pairing_state();
    if let Pairing::Waiting {
        code: Some(code),
        qr,
        ..
    } = &mut state
    {
        let port = app.hubs.local_addr().port();
        let host = app.names.name();
        *qr = qr_svg(&format!("hub pair --agent {host}:{port} --code {code}"));
    }
    state
}

/// A QR code as an SVG of one path, in the colour of the text around it.
pub(super) fn qr_svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate();
    let modules = dark.filter(|(_, colour)| *colour == qrcode::Color::Dark);
    let path: String = modules
        .map(|(at, _)| format!("M{} {}h1v1h-1z", at % width, at / width))
        .collect();
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-4 -4 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M-4 -4h{side}v{side}h-{side}z\"/><path d=\"{path}\"/></svg>",
        side = width + 8
    ))
}

/// Who is there, for signs and repairs.
pub(super) async fn presence(app: &App) -> Result<HashMap<HubId, Presence>, Refusal> {
    let hubs = app.hubs.hubs().await?.into_iter();
    Ok(hubs
        .map(|hub| {
            let presence = Presence {
                name: hub.name,
                connected: hub.connected,
            };
            (hub.id, presence)
        })
        .collect())
}

pub(super) async fn link_display(
    app: &App,
    display: &DisplayId,
    room: Option<&RoomId>,
) -> Result<(), Refusal> {
    Ok(app.hubs.link(display, room).await?)
}

pub(super) async fn set_display(
    app: &App,
    display: &DisplayId,
    settings: DisplaySettings,
) -> Result<(), Refusal> {
    Ok(app.hubs.set(display, settings).await?)
}

pub(super) async fn identify_display(app: &App, display: &DisplayId) -> Result<(), Refusal> {
    Ok(app.hubs.identify(display).await?)
}

pub(super) async fn glass_png(app: &App, display: &DisplayId) -> Result<Option<Vec<u8>>, Refusal> {
    Ok(app.hubs.glass_png(display).await?)
}

impl From<DisplayError> for Refusal {
    fn from(error: DisplayError) -> Self {
        match error {
            DisplayError::UnknownDisplay => Self::not_found("display"),
            DisplayError::UnknownHub => Self::not_found("hub"),
            DisplayError::UnknownRoom => Self::not_found("room"),
            DisplayError::UnknownLayout => Self::not_found("layout"),
            DisplayError::HubAway => Self::new(
                ErrorCode::HubOffline,
                "The hub is not connected.",
                "Check that it has power and network; it comes back by itself.",
            ),
            DisplayError::Store(inner) => inner.into(),
            other => Self::internal(other),
        }
    }
}

fn hub(view: HubView) -> Hub {
    let ms = |ahead: Option<SignedDuration>| {
        ahead.map(|ahead| i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX))
    };
    Hub {
        id: view.id,
        name: view.name,
        connected: view.connected,
        since: view.since,
        last_seen: view.last_seen,
        address: view.address,
        version: view.version,
        displays: view.displays.len(),
        reconnects: view.reconnects,
        clock_ahead_ms: ms(view.clock_ahead),
        system_clock_ahead_ms: ms(view.system_clock_ahead),
        cloned_since: view.cloned_since,
        problem: view.problem,
        panels: view.displays.into_iter().map(panel).collect(),
    }
}

fn panel(view: DisplayView) -> Panel {
    Panel {
        display: view.id,
        key: view.key,
        panel: view.panel,
        measured_at: view.measured_at,
        battery_mv: view.battery_mv,
        battery_percent: view.battery_percent,
        battery_days: view.battery_days,
        temperature_decidegrees: view.temperature_decidegrees,
        signal_percent: view.signal_percent,
        problem: view.problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qr_code_is_one_path_with_a_white_margin() {
        let svg = qr_svg("hub pair --agent agent.local:7443 --code 0123-4567-89AB-CDEF").unwrap();
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
        assert!(svg.contains("M0 0h1v1h-1z"), "the finder's corner is dark");
    }
}
