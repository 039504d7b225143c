//! What every program of one world is started with.

use std::path::PathBuf;

use crate::crash_points::CrashPoints;
use crate::places::Places;

/// A folder, places on the network, and how programs can be made to die.
#[derive(Debug)]
pub(crate) struct Stage {
    /// Everything that the programs write is below it.
    pub(crate) folder: PathBuf,
    /// Where they stand.
    pub(crate) places: Places,
    /// Present when a story kills them at their durable writes.
    pub(crate) crash_points: Option<CrashPoints>,
}

impl Stage {
    /// The folder of the agent's data.
    pub(crate) fn agent_data(&self) -> PathBuf {
        self.folder.join("agent")
    }

    /// The folder of the programs' logs.
    pub(crate) fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }
}
