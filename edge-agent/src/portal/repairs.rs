//! What needs a hand, found by looking: a repair goes away by itself when its cause does.

mod accounts;
mod fleet;

use axum::Json;
use axum::extract::State;
use edge_api::repairs::{Repair, RepairCode, Repairs};
use edge_api::security::CertificateSource;
use jiff::{SignedDuration, Timestamp};

use super::app::{App, now};
use super::caller::Caller;
use super::refusal::Refusal;
use super::relay;
use super::rooms::is_stale;
use crate::relay::Barred;
use crate::security::CertificateFacts;
use crate::store;

/// A given certificate is told about this long before it ends.
const CERTIFICATE_NOTICE: SignedDuration = SignedDuration::from_hours(21 * 24);

/// Seconds that a clock may differ before it is told; beyond this, signs flip at a visibly wrong time.
const CLOCK_TOLERANCE: i64 = 60;

pub(super) async fn list(
    State(app): State<App>,
    _caller: Caller,
) -> Result<Json<Repairs>, Refusal> {
    let now = now();
    // The gravest first: what stops every sign, then some, then one.
    let mut repairs = Vec::new();
    repairs.extend(accounts::of(&app.google.accounts().await?, now));
    repairs.extend(relay_down(&app));
    repairs.extend(clock(&app));
    repairs.extend(fleet::passive(&app).await?);
    let hubs = app.hubs.hubs().await?;
    repairs.extend(fleet::hubs(&hubs));
    repairs.extend(fleet::displays(&hubs));
    repairs.extend(rooms(&app, now).await?);
    repairs.extend(certificate(&app.certificate.facts(), now));
    Ok(Json(Repairs { repairs }))
}

fn relay_down(app: &App) -> Option<Repair> {
    app.relay.enrolment()?;
    let (why, action) = relay::problem(app)?;
    let (code, what, consequence) = match app.relay.status().barred {
        Some(Barred::OtherCopy) => (
            RepairCode::OtherCopy,
            why,
            "This copy hears of no change and keeps no watch at Google, so that the two do not disturb each other.",
        ),
        Some(Barred::Forgotten | Barred::Suspended) => (
            RepairCode::RelayBarred,
            why,
            "Changes are found every few minutes instead of at once, and nobody can sign in with Google.",
        ),
        None => (
            RepairCode::RelayDown,
            format!("The relay is not connected. {why}"),
            "Changes are found every few minutes instead of at once.",
        ),
    };
    Some(Repair {
        code,
        what,
        consequence: consequence.to_owned(),
        action,
        page: "/settings/relay".to_owned(),
        since: None,
    })
}

/// A clock that differs from those of relay and Google by more than a minute.
fn clock(app: &App) -> Option<Repair> {
    let relay = ("the relay's", app.relay.clock_skew());
    let google = ("Google's", app.google.clock_skew());
    let (whose, skew) = [google, relay]
        .into_iter()
        .find(|(_, skew)| skew.abs() > CLOCK_TOLERANCE)?;
    Some(Repair {
        code: RepairCode::ClockWrong,
        what: format!(
            "This machine's clock is {} {} {whose}.",
            lasting(skew.abs()),
            if skew > 0 { "behind" } else { "ahead of" },
        ),
        consequence: "Signs flip early or late by as much.".to_owned(),
        action: "Let the machine set its clock from the network (NTP), such as with `timedatectl set-ntp true`."
            .to_owned(),
        page: "/m/repairs".to_owned(),
        since: None,
    })
}

/// So many seconds, as people say it.
fn lasting(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} seconds"),
        120..7200 => format!("{} minutes", seconds / 60),
        _ => format!("{} hours", seconds / 3600),
    }
}

async fn rooms(app: &App, now: Timestamp) -> Result<Vec<Repair>, Refusal> {
    let mut repairs = Vec::new();
    for room in app
        .store
        .rooms()
        .await?
        .into_iter()
        .filter(|room| room.linked)
    {
        let page = "/m/rooms".to_owned();
        if is_stale(&room, now) || room.problem.is_some() {
            let why = room
                .problem
                .as_deref()
                .map(|p| format!(": {p}"))
                .unwrap_or_default();
            repairs.push(Repair {
                code: RepairCode::RoomStale,
                what: format!("The calendar of {} cannot be read{why}.", room.name),
                consequence: "Its signs say since when they may be out of date.".to_owned(),
                action: "Check the connected accounts and this machine's way to the Internet."
                    .to_owned(),
                page: page.clone(),
                since: room.verified_at,
            });
        }
        repairs.extend(pushes(&room, &page));
        if room.skipped.count > 0 {
            let example = room.skipped.example.as_deref().unwrap_or("no example");
            repairs.push(Repair {
                code: RepairCode::EventsSkipped,
                what: format!(
                    "{} of the events of {} cannot be understood and were left out ({example}).",
                    room.skipped.count, room.name
                ),
                consequence: "The sign may say free when the room is not.".to_owned(),
                action: "Open these events in Google Calendar and correct their times.".to_owned(),
                page,
                since: None,
            });
        }
    }
    Ok(repairs)
}

/// Both leave the room right, only later than at once.
fn pushes(room: &store::Room, page: &str) -> Option<Repair> {
    let told = &room.pushes;
    let (what, action) = if let (None, Some(why)) = (&told.channel, &told.problem) {
        (
            format!("Google does not announce changes of {}: {why}", room.name),
            "Do what Google's words ask for; it is tried again every hour.",
        )
    } else if told.channel.is_some() && !told.work() {
        (
            format!(
                "Google's announcements for {} do not come: {} in a row are missing.",
                room.name, told.missed
            ),
            "Check that the relay's address can be reached from the Internet over HTTPS with a trusted certificate.",
        )
    } else {
        return None;
    };
    Some(Repair {
        code: RepairCode::PushesMissing,
        what,
        consequence:
            "Its calendar is read every five minutes; changes reach its signs that much later."
                .to_owned(),
        action: action.to_owned(),
        page: page.to_owned(),
        since: told.last,
    })
}

/// Ours renews itself; a given one does not.
fn certificate(facts: &CertificateFacts, now: Timestamp) -> Option<Repair> {
    if facts.self_signed() || facts.not_after.duration_since(now) > CERTIFICATE_NOTICE {
        return None;
    }
    let over = facts.not_after <= now;
    Some(Repair {
        code: RepairCode::CertificateExpiry,
        what: if over {
            "The portal's certificate has ended.".to_owned()
        } else {
            format!(
                "The portal's certificate ends on {}.",
                facts.not_after.strftime("%-d %B %Y")
            )
        },
        consequence: "Browsers refuse the portal, or warn about it; signs are not affected."
            .to_owned(),
        action: if facts.source == CertificateSource::Files {
            "Put the new one into keys/portal.crt and keys/portal.key; it is taken within the hour."
        } else {
            "Upload the new one under Settings > Security."
        }
        .to_owned(),
        page: "/settings/security".to_owned(),
        since: over.then_some(facts.not_after),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(self_signed: bool) -> CertificateFacts {
        CertificateFacts {
            source: if self_signed {
                CertificateSource::Own
            } else {
                CertificateSource::Upload
            },
            subject: String::new(),
            issuer: String::new(),
            trusted: false,
            names: vec![],
            not_before: Timestamp::UNIX_EPOCH,
            not_after: "2026-12-01T00:00:00Z".parse().unwrap(),
            fingerprint: String::new(),
        }
    }

    #[test]
    fn a_difference_is_said_as_people_say_it() {
        let said: Vec<_> = [61, 119, 120, 7199, 7200].map(lasting).into();
        assert_eq!(
            said,
            [
                "61 seconds",
                "119 seconds",
                "2 minutes",
                "119 minutes",
                "2 hours"
            ]
        );
    }

    #[test]
    fn a_given_certificate_is_told_about_three_weeks_before_it_ends_and_our_own_never() {
        let at = |text: &str| text.parse().unwrap();
        assert_eq!(certificate(&facts(false), at("2026-11-01T00:00:00Z")), None);
        let soon = certificate(&facts(false), at("2026-11-23T00:00:00Z")).unwrap();
        assert!(soon.what.contains("1 December 2026"), "{}", soon.what);
        let over = certificate(&facts(false), at("2026-12-02T00:00:00Z")).unwrap();
        assert!(over.what.contains("has ended") && over.since.is_some());
        assert_eq!(certificate(&facts(true), at("2026-12-02T00:00:00Z")), None);
    }
}
