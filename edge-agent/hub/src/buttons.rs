//! Button presses on their way to the agent: kept on the disk until the agent has taken them down.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use hub_link::wire::{self, Press, to_agent::Kind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::disk::{self, Lasting};
use crate::report::Reports;

/// More than anyone presses while the agent is away and still wants to be obeyed; the oldest go.
const MAX_WAITING: usize = 100;

/// How a button was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum How {
    Short,
    Long,
    Double,
}

/// A press as whoever watches the button tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pressed {
    /// The display's key.
    pub display: String,
    /// From 1.
    pub button: u32,
    pub how: How,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Waiting {
    pressed: Pressed,
    boot: [u8; 16],
    sequence: u64,
    at: Option<Timestamp>,
}

#[derive(Debug)]
struct State {
    file: PathBuf,
    boot: [u8; 16],
    sequence: u64,
    waiting: VecDeque<Waiting>,
}

/// A handle on the presses; cheap to clone.
#[derive(Clone, Debug)]
pub struct Buttons(Arc<Mutex<State>>);

impl Buttons {
    /// Takes up what an earlier program, of another `boot`, left.
    pub fn open(file: PathBuf, boot: [u8; 16]) -> Self {
        let waiting = std::fs::read(&file).ok();
        let waiting = waiting.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self(Arc::new(Mutex::new(State {
            file,
            boot,
            sequence: 0,
            waiting: waiting.unwrap_or_default(),
        })))
    }

    /// Takes down a press, on the disk, and sends it if the agent is there.
    ///
    /// # Errors
    ///
    /// Fails when the disk refuses; the press is sent all the same, and lost if the hub dies before.
    pub fn press(
        &self,
        pressed: Pressed,
        at: Option<Timestamp>,
        reports: &Reports,
    ) -> io::Result<()> {
        let mut state = self.lock();
        state.sequence += 1;
        let press = Waiting {
            pressed,
            boot: state.boot,
            sequence: state.sequence,
            at,
        };
        reports.send(Kind::Button(to_wire(&press)));
        state.waiting.push_back(press);
        while state.waiting.len() > MAX_WAITING {
            state.waiting.pop_front();
        }
        state.write()
    }

    /// Everything that the agent has not taken down, the oldest first.
    pub fn waiting(&self) -> Vec<wire::Button> {
        self.lock().waiting.iter().map(to_wire).collect()
    }

    /// The agent has taken down everything of `seen.boot` up to `seen.sequence`.
    ///
    /// # Errors
    ///
    /// Fails when the disk refuses; what is sent again is known to the agent.
    pub fn seen(&self, seen: &wire::ButtonsSeen) -> io::Result<()> {
        let mut state = self.lock();
        let before = state.waiting.len();
        state
            .waiting
            .retain(|press| seen.boot != press.boot[..] || press.sequence > seen.sequence);
        if state.waiting.len() == before {
            return Ok(());
        }
        state.write()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn write(&self) -> io::Result<()> {
        let bytes = serde_json::to_vec(&self.waiting).map_err(io::Error::other)?;
        disk::replace(&self.file, &bytes, Lasting::PowerCut)
    }
}

fn to_wire(press: &Waiting) -> wire::Button {
    let how = match press.pressed.how {
        How::Short => Press::Short,
        How::Long => Press::Long,
        How::Double => Press::Double,
    };
    wire::Button {
        display: press.pressed.display.clone(),
        button: press.pressed.button,
        press: how.into(),
        boot: press.boot.to_vec().into(),
        sequence: press.sequence,
        at_us: press.at.map_or(0, Timestamp::as_microsecond),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed() -> Pressed {
        Pressed {
            display: "n1".to_owned(),
            button: 1,
            how: How::Short,
        }
    }

    fn names(buttons: &Buttons) -> Vec<(u8, u64)> {
        let waiting = buttons.waiting();
        waiting
            .iter()
            .map(|press| (press.boot[0], press.sequence))
            .collect()
    }

    #[test]
    fn a_press_waits_over_a_restart_until_the_agent_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("buttons.json");
        let reports = Reports::default();
        let mut sent = reports.follow();
        let first = Buttons::open(file.clone(), [1; 16]);
        first.press(pressed(), None, &reports).unwrap();
        first.press(pressed(), None, &reports).unwrap();
        assert!(matches!(sent.try_recv(), Ok(Kind::Button(press)) if press.sequence == 1));
        let second = Buttons::open(file.clone(), [2; 16]);
        second.press(pressed(), None, &reports).unwrap();
        assert_eq!(names(&second), [(1, 1), (1, 2), (2, 1)]);
        let seen = wire::ButtonsSeen {
            boot: vec![1; 16].into(),
            sequence: 1,
        };
        second.seen(&seen).unwrap();
        assert_eq!(names(&Buttons::open(file, [3; 16])), [(1, 2), (2, 1)]);
    }

    #[test]
    fn a_stuck_button_does_not_fill_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let buttons = Buttons::open(folder.path().join("buttons.json"), [1; 16]);
        for _ in 0..=MAX_WAITING {
            buttons.press(pressed(), None, &Reports::default()).unwrap();
        }
        assert_eq!(buttons.waiting().len(), MAX_WAITING);
        assert_eq!(buttons.waiting()[0].sequence, 2);
    }
}
