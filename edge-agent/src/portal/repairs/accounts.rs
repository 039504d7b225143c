//! Accounts whose grant has ended, or will.

use edge_api::repairs::{Repair, RepairCode};
use jiff::{SignedDuration, Timestamp};

use crate::google::{AccountState, AccountView};

/// An end is told of so long before: as long as an app in testing is given, so that nobody takes such a connection for one
/// that lasts.
const NOTICE: SignedDuration = SignedDuration::from_hours(7 * 24);

const DAY: i64 = 24 * 60 * 60;

/// The page where accounts are connected.
const PAGE: &str = "/settings/integration";

/// Those that have ended first.
pub(super) fn of(accounts: &[AccountView], now: Timestamp) -> Vec<Repair> {
    let broken = accounts.iter().filter_map(broken);
    let ending = accounts.iter().filter_map(|account| ending(account, now));
    broken.chain(ending).collect()
}

fn broken(account: &AccountView) -> Option<Repair> {
    let AccountState::Reconnect { why } = &account.state else {
        return None;
    };
    let email = &account.email;
    Some(Repair {
        code: RepairCode::AccountReconnect,
        what: format!("Google no longer accepts the connection of {email}: {why}"),
        consequence:
            "Rooms that only this account can see are not read; their signs say since when."
                .to_owned(),
        action: format!("Connect {email} again."),
        page: PAGE.to_owned(),
        since: None,
    })
}

fn ending(account: &AccountView, now: Timestamp) -> Option<Repair> {
    let end = account.ends_at?;
    let left = end.duration_since(now);
    if account.state != AccountState::Connected || left > NOTICE {
        return None;
    }
    let email = &account.email;
    Some(Repair {
        code: RepairCode::AccountEnds,
        what: format!(
            "Google ends the connection of {email} {}, on {}: the app is still in testing, or access was allowed for a \
             time only.",
            in_time(left),
            end.strftime("%-d %B")
        ),
        consequence: "From then on rooms that only this account can see are not read; their signs say since when."
            .to_owned(),
        action: format!(
            "Publish the app in Google's console under Audience > Publish app, then connect {email} again: a connection \
             that was made before keeps its end. Without that, connect it again before it ends."
        ),
        page: PAGE.to_owned(),
        since: None,
    })
}

/// How long that is, as people say it.
fn in_time(left: SignedDuration) -> String {
    let seconds = left.as_secs();
    match seconds {
        ..3600 => "within the hour".to_owned(),
        3600..7200 => "in an hour".to_owned(),
        7200..172_800 => format!("in {} hours", seconds / 3600),
        // The half-second that the sign-in took does not make six days of seven.
        _ => format!("in {} days", (seconds + DAY / 2) / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(state: AccountState, ends_at: Option<&str>) -> AccountView {
        AccountView {
            id: "1".to_owned(),
            email: "rooms@example.com".to_owned(),
            state,
            directory_problem: None,
            lists_rooms: false,
            ends_at: ends_at.map(|at| at.parse().unwrap()),
        }
    }

    fn told(ends_at: &str, now: &str) -> Option<String> {
        let account = account(AccountState::Connected, Some(ends_at));
        let repairs = of(&[account], now.parse().unwrap());
        repairs.first().map(|repair| {
            assert_eq!(repair.code, RepairCode::AccountEnds);
            assert!(repair.action.contains("Publish the app"), "{repair:?}");
            repair.what.clone()
        })
    }

    #[test]
    fn an_app_in_testing_is_told_from_the_first_day_on_how_many_days_are_left() {
        let end = "2026-11-30T10:00:00Z";
        let says = |now: &str, words: &str| {
            let what = told(end, now).unwrap();
            assert!(
                what.contains(words) && what.contains("30 November"),
                "{what}"
            );
        };
        says("2026-11-23T10:00:01Z", "in 7 days");
        says("2026-11-27T10:00:00Z", "in 3 days");
        says("2026-11-29T10:00:00Z", "in 24 hours");
        says("2026-11-30T08:30:00Z", "in an hour");
        says("2026-11-30T09:59:00Z", "within the hour");
    }

    #[test]
    fn an_end_that_is_far_away_is_no_repair_and_a_connection_that_lasts_has_none() {
        assert_eq!(told("2026-12-30T10:00:00Z", "2026-11-23T10:00:00Z"), None);
        let lasting = account(AccountState::Connected, None);
        assert_eq!(of(&[lasting], Timestamp::UNIX_EPOCH), []);
    }

    #[test]
    fn a_connection_that_has_ended_is_told_once_and_first() {
        let ended = AccountState::Reconnect {
            why: "it is over".to_owned(),
        };
        let now = "2026-11-30T10:00:01Z".parse().unwrap();
        let accounts = [
            account(AccountState::Connected, Some("2026-12-01T10:00:00Z")),
            account(ended, Some("2026-11-30T10:00:00Z")),
        ];
        let codes: Vec<_> = of(&accounts, now)
            .into_iter()
            .map(|repair| repair.code)
            .collect();
        assert_eq!(
            codes,
            [RepairCode::AccountReconnect, RepairCode::AccountEnds]
        );
    }
}
