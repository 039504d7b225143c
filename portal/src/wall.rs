//! The wall of signs, before it is drawn: order, search and the line above it. Pure.

use edge_api::rooms::Room;
use edge_api::signs::{Sign, SignProblemCode, Signs};

use crate::when;

/// Problems first, the gravest first; otherwise the agent's order (by room).
pub(crate) fn problems_first(signs: &[Sign]) -> Vec<Sign> {
    let mut sorted = signs.to_vec();
    sorted.sort_by_key(gravity);
    sorted
}

/// The smaller, the graver. A display without a room is work to do, not a failure: it comes after those.
fn gravity(sign: &Sign) -> u8 {
    match sign.problem.as_ref().map(|problem| problem.code) {
        Some(SignProblemCode::DisplayFailed) => 0,
        Some(SignProblemCode::HubOffline) => 1,
        Some(SignProblemCode::Marked) => 2,
        Some(SignProblemCode::RoomStale) => 3,
        Some(SignProblemCode::Unknown) => 4,
        Some(SignProblemCode::NotLinked) => 5,
        None => 6,
    }
}

/// Whether the glass may show something that is not so any more.
pub(crate) fn may_be_old(sign: &Sign) -> bool {
    sign.shown
        .as_ref()
        .is_some_and(|shown| shown.marked_since.is_some())
        || sign
            .problem
            .as_ref()
            .is_some_and(|problem| problem.code == SignProblemCode::HubOffline)
}

/// Whether somebody wrong would read something wrong: drawn in red.
pub(crate) fn in_trouble(sign: &Sign) -> bool {
    gravity(sign) < 5
}

/// Whether every word of `wanted` is in the room's name, the display's or the hub's.
pub(crate) fn matches(sign: &Sign, wanted: &str) -> bool {
    let room = sign.room.as_ref().map_or("", |room| room.name.as_str());
    contains_all(&format!("{room} {} {}", sign.key, sign.hub_name), wanted)
}

/// Whether every word of `wanted` is in `text`, whatever the case.
pub(crate) fn contains_all(text: &str, wanted: &str) -> bool {
    let text = text.to_lowercase();
    wanted
        .to_lowercase()
        .split_whitespace()
        .all(|word| text.contains(word))
}

/// The line beside the heading: how many, how many need attention, how fast.
pub(crate) fn summary(signs: &Signs) -> String {
    let mut parts = vec![when::count(signs.signs.len(), "display", "displays")];
    let troubled = signs
        .signs
        .iter()
        .filter(|sign| sign.problem.is_some())
        .count();
    if troubled > 0 {
        parts.push(when::count(troubled, "needs attention", "need attention"));
    }
    let last = signs
        .signs
        .iter()
        .filter_map(|sign| Some((sign.shown.as_ref()?.at, sign.last_latency_ms?)))
        .max_by_key(|(at, _)| *at);
    if let Some((_, ms)) = last {
        parts.push(format!(
            "last change reached the glass in {}",
            when::latency(ms)
        ));
    }
    parts.join(" · ")
}

/// How large a panel is, as the trade says it; pixels for sizes that are not ours.
pub(crate) fn panel_size(panel: &str) -> String {
    match size_of(panel) {
        "296x128" => "2.9″".to_owned(),
        "400x300" => "4.2″".to_owned(),
        "800x480" => "7.5″".to_owned(),
        other => other.replace('x', " × "),
    }
}

/// A panel without its colours, such as `800x480` of `800x480-bwr`.
fn size_of(panel: &str) -> &str {
    panel.split_once('-').map_or(panel, |(size, _)| size)
}

/// A panel's width and height in pixels.
pub(crate) fn pixels(panel: &str) -> Option<(u32, u32)> {
    let (width, height) = size_of(panel).split_once('x')?;
    let size = (width.parse().ok()?, height.parse().ok()?);
    (size.0 > 0 && size.1 > 0).then_some(size)
}

/// The room that `typed` means: the only one of that name or calendar, else the only one that matches at all.
pub(crate) fn room_meant<'a>(rooms: &'a [Room], typed: &str) -> Option<&'a Room> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    only(
        rooms
            .iter()
            .filter(|room| room.name.eq_ignore_ascii_case(typed) || room.calendar == typed),
    )
    .or_else(|| only(rooms.iter().filter(|room| room_matches(room, typed))))
}

/// Whether a room is one that `typed` may mean.
pub(crate) fn room_matches(room: &Room, typed: &str) -> bool {
    contains_all(&format!("{} {}", room.name, room.calendar), typed)
}

fn only<T>(mut found: impl Iterator<Item = T>) -> Option<T> {
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(key: &str, problem: Option<&str>) -> Sign {
        let problem =
            problem.map(|code| serde_json::json!({"code": code, "what": "w", "consequence": "c"}));
        serde_json::from_value(serde_json::json!({
            "display": "disp_01ARZ3NDEKTSV4RRFFQ69G5FAV", "key": key, "hub": "ab".repeat(32), "hub_name": "North",
            "panel": "800x480", "room": {"id": "room_01ARZ3NDEKTSV4RRFFQ69G5FAV", "name": "UB2.147 Émile"},
            "shown": {"hash": "00", "at": "2025-02-01T10:30:00Z", "marked_since": null},
            "glass_url": null, "problem": problem, "last_latency_ms": 420
        }))
        .unwrap()
    }

    fn room(name: &str, calendar: &str) -> Room {
        serde_json::from_value(serde_json::json!({
            "id": "room_01ARZ3NDEKTSV4RRFFQ69G5FAV", "name": name, "calendar": calendar, "zone": "Europe/Brussels",
            "displays": [], "verified_at": null, "stale": false,
            "pushes": {"state": "idle", "last": null, "renew_at": null, "missed": 0, "problem": null}
        }))
        .unwrap()
    }

    #[test]
    fn the_gravest_problem_comes_first_and_the_rest_keeps_its_order() {
        let signs = [
            sign("a", None),
            sign("b", Some("not_linked")),
            sign("c", None),
            sign("d", Some("hub_offline")),
            sign("e", Some("display_failed")),
            sign("f", Some("of_a_newer_agent")),
        ];
        let keys: Vec<_> = problems_first(&signs)
            .into_iter()
            .map(|sign| sign.key)
            .collect();
        assert_eq!(keys, ["e", "d", "f", "b", "a", "c"]);
        assert!(in_trouble(&signs[3]) && !in_trouble(&signs[1]) && !in_trouble(&signs[0]));
    }

    #[test]
    fn search_takes_words_in_any_order_and_case() {
        let sign = sign("north-1", None);
        assert!(matches(&sign, ""));
        assert!(matches(&sign, "émile ub2"));
        assert!(matches(&sign, "NORTH-1"));
        assert!(!matches(&sign, "ub2 south"));
    }

    #[test]
    fn the_summary_counts_and_says_how_fast() {
        let signs = Signs {
            now: jiff::Timestamp::UNIX_EPOCH,
            signs: vec![sign("a", None), sign("b", Some("marked"))],
        };
        assert_eq!(
            summary(&signs),
            "2 displays · 1 needs attention · last change reached the glass in 420 ms"
        );
        assert_eq!(
            summary(&Signs {
                signs: Vec::new(),
                ..signs
            }),
            "0 displays"
        );
    }

    #[test]
    fn a_glass_is_old_when_it_is_marked_or_its_hub_is_away() {
        let mut marked = sign("a", None);
        assert!(!may_be_old(&marked));
        if let Some(shown) = &mut marked.shown {
            shown.marked_since = Some(shown.at);
        }
        assert!(may_be_old(&marked));
        assert!(may_be_old(&sign("b", Some("hub_offline"))));
    }

    #[test]
    fn a_room_is_meant_only_when_one_is() {
        let rooms = [
            room("K.3.201", "k3201@x"),
            room("K.3.401", "k3401@x"),
            room("K.3.4", "k34@x"),
            room("H", "h@x"),
        ];
        assert_eq!(room_meant(&rooms, "k.3.4").unwrap().calendar, "k34@x");
        assert_eq!(room_meant(&rooms, "201").unwrap().calendar, "k3201@x");
        assert_eq!(room_meant(&rooms, "K.3"), None);
        assert_eq!(room_meant(&rooms, " "), None);
        let twins = [room("A", "a1@x"), room("A", "a2@x")];
        assert_eq!(room_meant(&twins, "A"), None);
        assert_eq!(room_meant(&twins, "a2@x").unwrap().calendar, "a2@x");
    }

    #[test]
    fn panels_that_are_not_ours_are_told_in_pixels() {
        assert_eq!(panel_size("800x480"), "7.5″");
        assert_eq!(panel_size("640x384"), "640 × 384");
        assert_eq!(pixels("296x128"), Some((296, 128)));
        assert_eq!(pixels("800x480-bwr"), Some((800, 480)));
        assert_eq!(panel_size("400x300-bwry"), "4.2″");
        assert_eq!(pixels("0x128"), None);
        assert_eq!(pixels("wide"), None);
    }
}
