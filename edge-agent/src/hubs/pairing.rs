//! The window in which a hub may prove the code that was typed here.

use std::sync::{Arc, Mutex, PoisonError};

use edge_api::hubs::Pairing;
use edge_api::id::HubId;
use hub_link::code::PairingCode;
use jiff::{SignedDuration, Timestamp};

/// How long a code is waited for: time to walk to the hub and back.
pub(crate) const OPEN_FOR: SignedDuration = SignedDuration::from_mins(10);

/// Wrong proofs after which the window closes. The code is too long to guess in any number of tries; this is for the
/// person, who should know that someone tries.
const TRIES: u32 = 5;

/// A handle on the window; cheap to clone. One code at a time.
#[derive(Clone, Debug, Default)]
pub(crate) struct PairingWindow(Arc<Mutex<State>>);

#[derive(Clone, Debug, Default)]
enum State {
    #[default]
    Idle,
    Open(Open),
    Paired(HubId),
    Failed(String),
}

#[derive(Clone, Debug)]
struct Open {
    code: PairingCode,
    /// What the person called the hub; empty takes the hub's own name.
    name: String,
    until: Timestamp,
    wrong: u32,
    others: u32,
}

impl PairingWindow {
    /// Waits for the hub that shows `code`; an earlier window is closed.
    pub(crate) fn open(&self, code: PairingCode, name: String, now: Timestamp) {
        *self.lock() = State::Open(Open {
            code,
            name,
            until: now.saturating_add(OPEN_FOR).unwrap_or(Timestamp::MAX),
            wrong: 0,
            others: 0,
        });
    }

    /// The code that is waited for at `now`.
    pub(crate) fn code(&self, now: Timestamp) -> Option<PairingCode> {
        let mut state = self.lock();
        close_if_late(&mut state, now);
        match &*state {
            State::Open(open) => Some(open.code.clone()),
            _ => None,
        }
    }

    /// A hub that shows another code called: not an attempt at guessing, but worth telling.
    pub(crate) fn other_hub_called(&self, code: &PairingCode) {
        if let State::Open(open) = &mut *self.lock()
            && open.code == *code
        {
            open.others = open.others.saturating_add(1);
        }
    }

    /// Somebody proved wrongly that it knew the code. Says whether that closed the window.
    pub(crate) fn wrong_proof(&self, code: &PairingCode) -> bool {
        let mut state = self.lock();
        let State::Open(open) = &mut *state else {
            return false;
        };
        if open.code != *code {
            return false;
        }
        open.wrong += 1;
        if open.wrong < TRIES {
            return false;
        }
        *state = State::Failed(format!(
            "{TRIES} attempts with a wrong proof of the code came in, so the code is no longer accepted. Restart the hub \
             to see a new code, and find out which device tried."
        ));
        true
    }

    /// Uses the code up. Answers the name that the person gave; `None` when the window is no longer open for it.
    pub(crate) fn take(&self, code: &PairingCode, hub: &HubId, now: Timestamp) -> Option<String> {
        let mut state = self.lock();
        close_if_late(&mut state, now);
        match &*state {
            State::Open(open) if open.code == *code => {
                let name = open.name.clone();
                *state = State::Paired(hub.clone());
                Some(name)
            }
            _ => None,
        }
    }

    /// The hub proved the code, and yet it could not be paired.
    pub(crate) fn fail(&self, why: String) {
        *self.lock() = State::Failed(why);
    }

    /// Where pairing stands.
    pub(crate) fn state(&self, now: Timestamp) -> Pairing {
        let mut state = self.lock();
        close_if_late(&mut state, now);
        match &*state {
            State::Idle => Pairing::Idle,
            State::Open(open) => Pairing::Waiting { until: open.until },
            State::Paired(hub) => Pairing::Paired { hub: hub.clone() },
            State::Failed(why) => Pairing::Failed { why: why.clone() },
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn close_if_late(state: &mut State, now: Timestamp) {
    let State::Open(open) = state else { return };
    if now < open.until {
        return;
    }
    let why = if open.others > 0 {
        "Hubs called, but none of them shows this code. Read the code from the hub's display again and type it once more."
    } else {
        "No hub called within ten minutes. Check that the hub is on, that it was started with this agent's address, and \
         that UDP reaches it; then type the code again."
    };
    *state = State::Failed(why.to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn opened() -> (PairingWindow, PairingCode) {
        let (window, code) = (PairingWindow::default(), PairingCode::draw());
        window.open(code.clone(), "North".to_owned(), at(0));
        (window, code)
    }

    fn hub() -> HubId {
        "ab".repeat(32).parse().unwrap()
    }

    #[test]
    fn a_code_is_used_once() {
        let (window, code) = opened();
        assert_eq!(window.take(&code, &hub(), at(1)).as_deref(), Some("North"));
        assert_eq!(window.take(&code, &hub(), at(1)), None);
        assert_eq!(window.code(at(1)), None);
        assert_eq!(window.state(at(1)), Pairing::Paired { hub: hub() });
    }

    #[test]
    fn the_window_closes_after_ten_minutes_and_says_what_to_do() {
        let (window, code) = opened();
        assert_eq!(window.state(at(599)), Pairing::Waiting { until: at(600) });
        assert_eq!(window.take(&code, &hub(), at(600)), None);
        assert!(
            matches!(window.state(at(600)), Pairing::Failed { why } if why.contains("No hub called"))
        );
        let (window, code) = opened();
        window.other_hub_called(&code);
        assert!(
            matches!(window.state(at(600)), Pairing::Failed { why } if why.contains("none of them"))
        );
    }

    #[test]
    fn the_fifth_wrong_proof_closes_the_window() {
        let (window, code) = opened();
        assert!((1..5).all(|_| !window.wrong_proof(&code)));
        assert_eq!(window.code(at(1)), Some(code.clone()));
        assert!(window.wrong_proof(&code));
        assert_eq!(window.code(at(1)), None);
        assert!(matches!(window.state(at(1)), Pairing::Failed { .. }));
    }

    #[test]
    fn a_try_for_an_earlier_code_does_not_count_for_the_next() {
        let (window, earlier) = opened();
        window.open(PairingCode::draw(), String::new(), at(1));
        assert!((0..10).all(|_| !window.wrong_proof(&earlier)));
        assert!(window.code(at(2)).is_some());
        assert_eq!(window.take(&earlier, &hub(), at(2)), None);
    }
}
