//! `/m/activity`: changes that reached a glass, and who did what.

use std::borrow::Cow;

use edge_api::activity::{Action, Entry};
use edge_api::receipts::Receipt;
use edge_api::signs::Signs;
use leptos::prelude::*;

use crate::browser;
use crate::client::Api;
use crate::components::AsyncView;
use crate::hops;
use crate::live::Live;
use crate::pages::signs::name;
use crate::route::display;
use crate::topic::Topic;
use crate::when;
use crate::words::{activity, app, nav};

/// Most changes shown; the agent keeps more for scripts.
const CHANGES: usize = 25;

#[component]
pub(crate) fn ActivityPage() -> impl IntoView {
    let api = Api::here();
    let receipts = Live::new(&[Topic::Receipts], move || api.receipts());
    let signs = Live::new(&[Topic::Signs], move || api.signs());
    let people = Live::new(
        &[Topic::Signs, Topic::Hubs, Topic::Integration, Topic::Relay],
        move || api.activity(),
    );
    view! {
        <div class="page-head"><h1>{nav::ACTIVITY}</h1></div>
        <div class="stack">
            <section class="card">
                <div class="card-head">
                    <h2>{activity::CHANGES}</h2>
                    {move || receipts.data.with(|all| {
                        all.and_then(|all| hops::median_ms(&all.receipts)).map(|ms| view! {
                            <span class="soft">{format!("half of them within {}", when::latency(ms))}</span>
                        })
                    })}
                </div>
                <AsyncView of=receipts let:receipts>
                    {move || {
                        let signs = signs.data.get();
                        let rows: Vec<_> = receipts
                            .get()
                            .receipts
                            .iter()
                            .take(CHANGES)
                            .map(|receipt| change(receipt, signs.as_ref()))
                            .collect();
                        table(&[activity::ROOM, activity::WHEN, activity::TOOK], rows, activity::NO_CHANGES)
                    }}
                </AsyncView>
            </section>
            <section class="card">
                <div class="card-head"><h2>{activity::PEOPLE}</h2></div>
                <AsyncView of=people let:people>
                    {move || {
                        let rows: Vec<_> = people.get().entries.into_iter().map(deed).collect();
                        table(&[activity::WHAT, activity::WHO, activity::WHEN, activity::WHERE], rows, activity::NO_PEOPLE)
                    }}
                </AsyncView>
            </section>
        </div>
    }
}

fn table(heads: &[&'static str], rows: Vec<AnyView>, none: &'static str) -> AnyView {
    if rows.is_empty() {
        return view! { <p class="soft">{none}</p> }.into_any();
    }
    view! {
        <div class="scroll">
            <table>
                <thead>
                    <tr>{heads.iter().map(|head| view! { <th scope="col">{*head}</th> }).collect_view()}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn change(receipt: &Receipt, signs: Option<&Signs>) -> AnyView {
    let room = signs
        .and_then(|signs| {
            signs
                .signs
                .iter()
                .find(|sign| sign.display == receipt.display)
        })
        .map_or_else(|| app::UNKNOWN.to_owned(), name);
    let took = match (receipt.webhook_at, receipt.latency_ms()) {
        (Some(_), Some(ms)) => when::latency(ms),
        _ => activity::TIMER.to_owned(),
    };
    view! {
        <tr>
            <td><a href=display(&receipt.display)>{room}</a></td>
            <td class="nowrap tabular">{browser::local_time(receipt.displayed_at)}</td>
            <td class="tabular">{took}</td>
        </tr>
    }
    .into_any()
}

fn deed(entry: Entry) -> AnyView {
    view! {
        <tr>
            <td>
                <span class="strong">{said(entry.action)}</span>
                <span class="soft small block">{entry.subject}</span>
            </td>
            <td>{entry.who}</td>
            <td class="nowrap tabular">{browser::local_time(entry.at)}</td>
            <td class="soft">{entry.address.unwrap_or_else(|| activity::CONSOLE.to_owned())}</td>
        </tr>
    }
    .into_any()
}

/// What was done, in words.
fn said(action: Action) -> Cow<'static, str> {
    let words = match action {
        Action::Claimed => "Claimed the agent",
        Action::SignedIn => "Signed in",
        Action::SignInRefused => "Sign-in refused",
        Action::SignedOut => "Signed out",
        Action::AdminReset => "Reset the admins",
        Action::RelayEnrolled => "Enrolled at a relay",
        Action::RelayKeyChanged => "Took a new key for the relay",
        Action::RelayTakenOver => "Took over from another copy",
        Action::RelayLeft => "Left the relay",
        Action::SiteVerificationSet => "Set Google's site verification",
        Action::ProxySet => "Set the proxy",
        Action::AuthoritiesSet => "Set the certificate authorities",
        Action::GoogleAppSaved => "Saved the Google app",
        Action::AccountConnected => "Connected a Google account",
        Action::AccountDisconnected => "Disconnected a Google account",
        Action::RoomAdded => "Added a room by its address",
        Action::PairingOpened => "Opened pairing",
        Action::HubForgotten => "Forgot a hub",
        Action::HubRebooted => "Restarted a hub",
        Action::HubRenamed => "Renamed a hub",
        Action::DisplayLinked => "Linked a display",
        Action::DisplayUnlinked => "Unlinked a display",
        Action::DisplaySet => "Set a display",
        Action::RoomSet => "Set a room",
        Action::Announced => "Made an announcement",
        Action::Withdrawn => "Withdrew an announcement",
        Action::LayoutSaved => "Saved a layout",
        Action::LayoutDeleted => "Deleted a layout",
        Action::Unknown => "Did something this page does not know",
        _ => return spelled(action.as_str()).into(),
    };
    words.into()
}

/// The agent's word for it, to be read: `token_made` is "Token made".
fn spelled(word: &str) -> String {
    let words = word.replace('_', " ");
    let (first, rest) = words.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deed_reads_as_words() {
        assert_eq!(said(Action::DisplayLinked), "Linked a display");
        assert_eq!(
            said(Action::Unknown),
            "Did something this page does not know"
        );
        assert_eq!(spelled("token_made"), "Token made");
    }
}
