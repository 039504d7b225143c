//! Kills a program at a named durable write, from outside.
//!
//! The programs are the shipped ones and know nothing of this: a small library that is loaded before libc
//! (`crash_points.c`) sees every write, sync and rename of files below the program's data folder. A *point* is a moment
//! and a write, such as `after sync agent.db-wal` or `before rename shelf/north-1/plan.json`; names of frames read
//! `FRAME`. Points are not listed anywhere: an undisturbed run is traced, and what it did are the points there are.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};

const SOURCE: &str = include_str!("crash_points.c");

/// Where the programs of one world are watched and killed.
#[derive(Clone, Debug)]
pub struct CrashPoints {
    library: PathBuf,
    folder: PathBuf,
}

impl CrashPoints {
    /// Below `folder`; builds the library when this is the first world that needs it.
    ///
    /// # Errors
    ///
    /// Fails when there is no C compiler or the folder cannot be made.
    pub fn new(folder: PathBuf) -> Result<Self> {
        static LIBRARY: OnceLock<std::result::Result<PathBuf, String>> = OnceLock::new();
        let library = LIBRARY.get_or_init(|| build().map_err(|error| format!("{error:#}")));
        fs::create_dir_all(&folder)?;
        Ok(Self {
            library: library.clone().map_err(anyhow::Error::msg)?,
            folder,
        })
    }

    /// What `program`, whose data is below `data`, is started with.
    pub(crate) fn environment(&self, program: &str, data: &Path) -> Result<Vec<(String, String)>> {
        let control = self.control(program);
        fs::create_dir_all(&control)?;
        let text = |path: &Path| path.to_str().map(str::to_owned).context("a path is UTF-8");
        Ok(vec![
            ("LD_PRELOAD".to_owned(), text(&self.library)?),
            ("PLACARD_CRASH_ROOT".to_owned(), text(data)?),
            ("PLACARD_CRASH_CONTROL".to_owned(), text(&control)?),
        ])
    }

    /// Writes down from now on which points `program` passes.
    ///
    /// # Errors
    ///
    /// Fails when the disk refuses.
    pub fn trace(&self, program: &str) -> Result<()> {
        Ok(fs::write(self.control(program).join("trace"), "")?)
    }

    /// Ends the trace and returns every point in the order it was passed.
    ///
    /// # Errors
    ///
    /// Fails when no trace was begun.
    pub fn traced(&self, program: &str) -> Result<Vec<String>> {
        let trace = self.control(program).join("trace");
        let text = fs::read_to_string(&trace).context("a trace was begun")?;
        fs::remove_file(&trace)?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// Kills `program` when it passes `point` for the `nth` time from now on; 1 is the next time.
    ///
    /// # Errors
    ///
    /// Fails when the disk refuses.
    pub fn arm(&self, program: &str, point: &str, nth: usize) -> Result<()> {
        let control = self.control(program);
        let unarmed = control.join("armed.new");
        fs::write(&unarmed, format!("{nth} {point}\n"))?;
        // As a whole, since the program may read it at any moment.
        fs::rename(unarmed, control.join("armed"))?;
        Ok(())
    }

    /// Whether the program has died at the point it was armed for.
    pub fn fired(&self, program: &str) -> bool {
        !self.control(program).join("armed").exists()
    }

    /// Takes back what was armed; answers whether it was too late.
    ///
    /// # Errors
    ///
    /// Fails when the disk refuses.
    pub fn disarm(&self, program: &str) -> Result<bool> {
        match fs::remove_file(self.control(program).join("armed")) {
            Ok(()) => Ok(false),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    fn control(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }
}

/// Compiles the library beside the running test.
fn build() -> Result<PathBuf> {
    let beside = std::env::current_exe()?;
    let folder = beside.parent().context("a program lies in a folder")?;
    let own = std::process::id();
    let source = folder.join(format!("crash_points-{own}.c"));
    let library = folder.join(format!("crash_points-{own}.so"));
    fs::write(&source, SOURCE)?;
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
        .args([&library, &source])
        .output()
        .context("run cc, which Rust links with")?;
    ensure!(
        compiled.status.success(),
        "cc refused crash_points.c: {}",
        String::from_utf8_lossy(&compiled.stderr)
    );
    let settled = folder.join("crash_points.so");
    fs::rename(&library, &settled)?;
    fs::remove_file(&source)?;
    Ok(settled)
}
