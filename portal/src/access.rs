//! Who is signed in. One value for the whole portal.
//!
//! The agent gives these pages only to people who are signed in; whoever is not any more is sent to the agent's own
//! pages, which work without all this.

use edge_api::account::Session;
use edge_api::error::ErrorCode;
use leptos::prelude::*;

use crate::browser;
use crate::problem::Problem;
use crate::route::{LOGIN, SETUP};

/// Where the browser stands with the agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    /// The agent has not answered yet, or the browser is on its way to the agent's own pages.
    Checking,
    /// It could not be asked.
    Closed(Problem),
    /// Somebody is signed in.
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
}

impl Access {
    /// Nothing is known yet.
    pub(crate) fn new() -> Self {
        Self {
            gate: RwSignal::new(Gate::Checking),
            session: RwSignal::new(None),
            expired: RwSignal::new(false),
        }
    }

    /// The access of this portal, which [`crate::app::App`] provides.
    pub(crate) fn here() -> Self {
        use_context().expect("App provides the access before it draws any page")
    }

    /// Somebody is signed in.
    pub(crate) fn enter(self, session: Session) {
        self.session.set(Some(session));
        self.expired.set(false);
        if self.gate.get_untracked() != Gate::SignedIn {
            self.gate.set(Gate::SignedIn);
        }
    }

    /// The agent refused something: that may tell who we are to it.
    pub(crate) fn heard(self, problem: &Problem) {
        let inside = self.gate.get_untracked() == Gate::SignedIn;
        match problem.code {
            Some(ErrorCode::NotClaimed) => browser::go(SETUP),
            Some(ErrorCode::SignedOut) if inside => self.expired.set(true),
            Some(ErrorCode::SignedOut) => browser::come_back_from(LOGIN),
            _ => {}
        }
    }
}
