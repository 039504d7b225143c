//! What a sign shows: the picture of the simulated glass, and the hub's own log of it.
//!
//! Stories judge by these, never by what the agent believes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use frame::Bitmap;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::wait::eventually;

/// How late a flip may be and still count as on time to a person before the door.
const ON_TIME: SignedDuration = SignedDuration::from_secs(2);

/// One change of the glass, as the hub wrote it down.
#[derive(Clone, Debug, Deserialize)]
pub struct Shown {
    /// When the picture was on the glass; absent while the hub's clock has not been set since it started.
    pub at: Option<Timestamp>,
    /// The frame's hash, without the stale mark.
    pub hash: String,
    /// Since when the picture is marked as possibly out of date; absent when it is not.
    #[serde(default)]
    pub marked_since: Option<Timestamp>,
    /// Epoch and counter of the plan; absent for a picture of the hub's own.
    #[serde(default)]
    pub generation: Option<(u64, u64)>,
}

/// The glass of one display.
#[derive(Clone, Debug)]
pub struct Glass {
    picture: PathBuf,
    log: PathBuf,
}

impl Glass {
    /// The glass with that key in a hub's `glass` folder.
    pub fn new(folder: &Path, key: &str) -> Self {
        Self {
            picture: folder.join(format!("{key}.png")),
            log: folder.join(format!("{key}.log")),
        }
    }

    /// Where the picture lies.
    pub fn picture(&self) -> &Path {
        &self.picture
    }

    /// The pixels on the glass.
    ///
    /// # Errors
    ///
    /// Fails when nothing was ever shown.
    pub fn pixels(&self) -> Result<Bitmap> {
        let bytes =
            fs::read(&self.picture).with_context(|| format!("read {}", self.picture.display()))?;
        Bitmap::from_png(&bytes).with_context(|| format!("decode {}", self.picture.display()))
    }

    /// Everything the glass has shown, oldest first.
    ///
    /// # Errors
    ///
    /// Fails when the log is not what a hub writes.
    pub fn history(&self) -> Result<Vec<Shown>> {
        let Ok(text) = fs::read_to_string(&self.log) else {
            return Ok(Vec::new());
        };
        // The last line may be half written at this very moment.
        let whole = text.rsplit_once('\n').map_or("", |(lines, _)| lines);
        whole
            .lines()
            .map(|line| serde_json::from_str(line).with_context(|| format!("read `{line}`")))
            .collect()
    }

    /// Waits until the picture changes at or after `instant`, and checks that it did so on time.
    ///
    /// # Errors
    ///
    /// Fails when it never does, or later than [`ON_TIME`] allows.
    pub async fn flips_at(&self, instant: Timestamp) -> Result<()> {
        let flipped = eventually("the sign flips", || async {
            Ok(self
                .history()?
                .into_iter()
                .find_map(|shown| shown.at.filter(|at| *at >= instant)))
        })
        .await?;
        let late = flipped.duration_since(instant);
        ensure!(late < ON_TIME, "the sign flipped {late:#} after {instant}");
        Ok(())
    }

    /// Waits until the glass has exactly these pixels.
    ///
    /// # Errors
    ///
    /// Fails when it never does; both pictures are then left in `out/e2e` for a person to compare.
    pub async fn comes_to_show(&self, wanted: &Bitmap, what: &str) -> Result<()> {
        let outcome = eventually(what, || async {
            Ok((self.pixels()? == *wanted).then_some(()))
        })
        .await;
        if outcome.is_err() {
            let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("../out/e2e");
            fs::create_dir_all(&out)?;
            fs::write(out.join("wanted.png"), wanted.to_png())?;
            fs::copy(&self.picture, out.join("shown.png"))?;
            let shown = self.now()?;
            return outcome.with_context(|| {
                format!("compare shown.png with wanted.png in out/e2e; the log's last is {shown:?}")
            });
        }
        outcome
    }

    /// What the glass shows now.
    ///
    /// # Errors
    ///
    /// Fails when the log cannot be read.
    pub fn now(&self) -> Result<Option<Shown>> {
        Ok(self.history()?.pop())
    }
}
