//! Who may see what: whether the agent is claimed and somebody is signed in. One value for the whole portal.

use edge_api::account::Session;
use edge_api::error::ErrorCode;
use leptos::prelude::*;

use crate::problem::Problem;

/// Where the browser stands with the agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    /// The agent has not answered yet.
    Checking,
    /// It could not be asked.
    Closed(Problem),
    /// Nobody has claimed it.
    Unclaimed,
    /// Nobody is signed in.
    SignedOut,
    /// Somebody is.
    SignedIn,
}

/// The gate, and what hangs on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Access {
    /// Where the browser stands.
    pub(crate) gate: RwSignal<Gate>,
    /// Who is signed in.
    pub(crate) session: RwSignal<Option<Session>>,
    /// The session ended under an open page. The page stays as it is, so that nothing typed is lost.
    pub(crate) expired: RwSignal<bool>,
    /// Where to go after signing in.
    pub(crate) back: StoredValue<Option<String>>,
}

impl Access {
    /// Nothing is known yet.
    pub(crate) fn new() -> Self {
        Self {
            gate: RwSignal::new(Gate::Checking),
            session: RwSignal::new(None),
            expired: RwSignal::new(false),
            back: StoredValue::new(None),
        }
    }

    /// Somebody signed in.
    pub(crate) fn enter(self, session: Session) {
        self.session.set(Some(session));
        self.expired.set(false);
        if self.gate.get_untracked() != Gate::SignedIn {
            self.gate.set(Gate::SignedIn);
        }
    }

    /// Whoever was signed in is not any more.
    pub(crate) fn leave(self) {
        self.session.set(None);
        self.expired.set(false);
        self.gate.set(Gate::SignedOut);
    }

    /// The agent refused something: that may tell who we are to it.
    pub(crate) fn heard(self, problem: &Problem) {
        let inside = self.gate.get_untracked() == Gate::SignedIn;
        match problem.code {
            Some(ErrorCode::NotClaimed) => self.gate.set(Gate::Unclaimed),
            Some(ErrorCode::SignedOut) if inside => self.expired.set(true),
            Some(ErrorCode::SignedOut | ErrorCode::AlreadyClaimed) => {
                self.gate.set(Gate::SignedOut)
            }
            _ => {}
        }
    }
}
