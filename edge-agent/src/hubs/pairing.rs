//! The window in which a hub may prove a code: one that it shows and a person typed here, or one that was drawn here and
//! the hub was started with.

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

/// What a person said when the window was opened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// What to call the hub; empty takes the hub's own name.
    pub(crate) name: String,
    /// The broken hub whose place it takes.
    pub(crate) replaces: Option<HubId>,
    /// The code was drawn here, to be shown.
    pub(crate) shown: bool,
}

#[derive(Clone, Debug)]
struct Open {
    code: PairingCode,
    wanted: Wanted,
    until: Timestamp,
    wrong: u32,
    others: u32,
}

impl PairingWindow {
    /// Waits for the hub that knows `code`; an earlier window is closed.
    pub(crate) fn open(&self, code: PairingCode, wanted: Wanted, now: Timestamp) {
        *self.lock() = State::Open(Open {
            code,
            wanted,
            until: now.saturating_add(OPEN_FOR).unwrap_or(Timestamp::MAX),
            wrong: 0,
            others: 0,
        });
    }

    /// Waits no longer.
    pub(crate) fn close(&self) {
        *self.lock() = State::Idle;
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

    /// Uses the code up. Answers what the person said; `None` when the window is no longer open for it.
    pub(crate) fn take(&self, code: &PairingCode, hub: &HubId, now: Timestamp) -> Option<Wanted> {
        let mut state = self.lock();
        close_if_late(&mut state, now);
        match &*state {
            State::Open(open) if open.code == *code => {
                let wanted = open.wanted.clone();
                *state = State::Paired(hub.clone());
                Some(wanted)
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
            State::Open(open) => Pairing::Waiting {
                until: open.until,
                code: open.wanted.shown.then(|| open.code.to_string()),
                qr: None,
            },
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

    fn north() -> Wanted {
        Wanted {
            name: "North".to_owned(),
            ..Wanted::default()
        }
    }

    fn waiting() -> Pairing {
        Pairing::Waiting {
            until: at(600),
            code: None,
            qr: None,
        }
    }

    fn opened() -> (PairingWindow, PairingCode) {
        let (window, code) = (PairingWindow::default(), PairingCode::draw());
        window.open(code.clone(), north(), at(0));
        (window, code)
    }

    fn hub() -> HubId {
        "ab".repeat(32).parse().unwrap()
    }

    #[test]
    fn a_code_is_used_once() {
        let (window, code) = opened();
        assert_eq!(window.take(&code, &hub(), at(1)).unwrap().name, "North");
        assert!(window.take(&code, &hub(), at(1)).is_none());
        assert_eq!(window.code(at(1)), None);
        assert_eq!(window.state(at(1)), Pairing::Paired { hub: hub() });
    }

    #[test]
    fn the_window_closes_after_ten_minutes_and_says_what_to_do() {
        let (window, code) = opened();
        assert_eq!(window.state(at(599)), waiting());
        assert!(window.take(&code, &hub(), at(600)).is_none());
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
        window.open(PairingCode::draw(), Wanted::default(), at(1));
        assert!((0..10).all(|_| !window.wrong_proof(&earlier)));
        assert!(window.code(at(2)).is_some());
        assert!(window.take(&earlier, &hub(), at(2)).is_none());
    }

    #[test]
    fn a_code_that_was_drawn_here_is_shown_and_one_that_was_typed_is_not() {
        let (window, _) = opened();
        assert_eq!(window.state(at(1)), waiting());
        let code = PairingCode::draw();
        let shown = Wanted {
            shown: true,
            ..north()
        };
        window.open(code.clone(), shown, at(0));
        let expected = Pairing::Waiting {
            until: at(600),
            code: Some(code.to_string()),
            qr: None,
        };
        assert_eq!(window.state(at(1)), expected);
        window.close();
        assert_eq!(
            (window.code(at(1)), window.state(at(1))),
            (None, Pairing::Idle)
        );
    }
}
