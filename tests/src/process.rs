//! A program of the product, run as its operator runs it.
//!
//! Programs say what others need to know (their address, a pairing code) as one line of JSON on standard output; their
//! log goes to a file.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use crate::wait::eventually;

/// Where and with what a program runs.
#[derive(Clone, Debug)]
pub struct Surroundings<'a> {
    /// The network namespace; absent: this thread's own.
    pub namespace: Option<&'a str>,
    /// Environment variables beyond our own.
    pub environment: Vec<(String, String)>,
    /// Its log goes here, to `NAME.log`, appended.
    pub logs: &'a Path,
}

/// A running program; killed when dropped.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    said: Arc<Mutex<Vec<Value>>>,
    log: PathBuf,
    /// Reads the standard output for as long as there is any; ends with the process.
    _listener: JoinSet<()>,
}

impl Process {
    /// Starts `binary` of this build with `arguments`.
    ///
    /// # Errors
    ///
    /// Fails when the program was not built or cannot be started.
    pub fn start(
        name: &str,
        binary: &str,
        arguments: &[String],
        surroundings: Surroundings<'_>,
    ) -> Result<Self> {
        Self::start_program(name, &binary_path(binary)?, arguments, surroundings)
    }

    /// Starts any program, of this build or not.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be started.
    pub fn start_program(
        name: &str,
        path: &Path,
        arguments: &[String],
        surroundings: Surroundings<'_>,
    ) -> Result<Self> {
        std::fs::create_dir_all(surroundings.logs)?;
        let log = surroundings.logs.join(format!("{name}.log"));
        let file = File::options().create(true).append(true).open(&log)?;
        let mut command = match surroundings.namespace {
            None => Command::new(path),
            Some(namespace) => {
                // Becomes the program itself, so that whoever kills one kills the other.
                let mut inside = Command::new("ip");
                inside.args(["netns", "exec", namespace]).arg(path);
                inside
            }
        };
        let mut child = command
            .args(arguments)
            .envs(surroundings.environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("start {}", path.display()))?;
        let said = Arc::new(Mutex::new(Vec::new()));
        let stdout = child.stdout.take().context("standard output was piped")?;
        let heard = Arc::clone(&said);
        let mut listener = JoinSet::new();
        listener.spawn(async move {
            let mut lines = BufReader::new(stdout).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                if let Ok(value) = serde_json::from_str(&line) {
                    heard.lock().expect("no holder panics").push(value);
                }
            }
        });
        Ok(Self {
            name: name.to_owned(),
            child,
            said,
            log,
            _listener: listener,
        })
    }

    /// Waits until the program has said an object with the field `key`, and returns the latest such object.
    ///
    /// # Errors
    ///
    /// Fails, with the end of its log, when the program ends first or never says it.
    pub async fn says(&mut self, key: &str) -> Result<Value> {
        let said = Arc::clone(&self.said);
        let name = self.name.clone();
        let log = self.log.clone();
        let child = std::cell::RefCell::new(&mut self.child);
        eventually(
            &format!("{name} says `{key}` (its log: {})", log.display()),
            || {
                let found = said
                    .lock()
                    .expect("no holder panics")
                    .iter()
                    .rev()
                    .find(|v| v.get(key).is_some())
                    .cloned();
                let ended = child.borrow_mut().try_wait();
                let log = log.clone();
                let name = name.clone();
                async move {
                    if found.is_none()
                        && let Some(status) = ended?
                    {
                        return Ok(Some(Err(format!(
                            "{name} ended with {status} before it said `{key}`:\n{}",
                            tail(&log)
                        ))));
                    }
                    Ok(found.map(Ok))
                }
            },
        )
        .await?
        .map_err(anyhow::Error::msg)
    }

    /// Asks the program to stop and waits until it has.
    ///
    /// # Errors
    ///
    /// Fails when it does not end by itself with success.
    pub async fn stop(mut self) -> Result<()> {
        let pid = self.id()?;
        Command::new("kill")
            .arg("-TERM")
            .arg(pid.to_string())
            .status()
            .await?;
        let status = tokio::time::timeout(crate::wait::PATIENCE, self.child.wait())
            .await
            .with_context(|| format!("{} did not stop when asked to", self.name))??;
        ensure!(
            status.success(),
            "{} stopped with {status}:\n{}",
            self.name,
            tail(&self.log)
        );
        Ok(())
    }

    /// Kills the program as a power cut would: `kill -9`.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be waited for.
    pub async fn kill(mut self) -> Result<()> {
        self.child
            .kill()
            .await
            .with_context(|| format!("kill {}", self.name))
    }

    /// Waits until the program has ended by itself, however.
    ///
    /// # Errors
    ///
    /// Fails when it does not.
    pub async fn ended(mut self) -> Result<std::process::ExitStatus> {
        let ended = tokio::time::timeout(crate::wait::PATIENCE, self.child.wait()).await;
        Ok(ended.with_context(|| format!("{} does not end", self.name))??)
    }

    /// Fails when the program has ended by itself.
    ///
    /// # Errors
    ///
    /// As said.
    pub fn still_runs(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!(
                "{} ended by itself with {status}:\n{}",
                self.name,
                tail(&self.log)
            );
        }
        Ok(())
    }

    /// Its number among the system's processes.
    ///
    /// # Errors
    ///
    /// Fails when it has ended.
    pub fn id(&self) -> Result<u32> {
        let id = self.child.id();
        id.with_context(|| format!("{} has already ended", self.name))
    }
}

/// Runs a program of this build to its end and returns what it printed.
///
/// # Errors
///
/// Fails when it was not built, or ends with a failure.
pub async fn output_of(binary: &str, arguments: &[&str]) -> Result<String> {
    let path = binary_path(binary)?;
    let output = Command::new(&path)
        .args(arguments)
        .output()
        .await
        .with_context(|| format!("run {}", path.display()))?;
    ensure!(
        output.status.success(),
        "{binary} {arguments:?} ended with {}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// Where this build put `binary`: beside the running program, or one folder up when that is a test.
fn binary_path(binary: &str) -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let found = own
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(binary))
        .find(|path| path.is_file());
    found.with_context(|| {
        format!("`{binary}` is not built; `infra/dev e2e` and `infra/dev demo` build it first")
    })
}

fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// A field of what a program said.
pub(crate) fn text(value: &Value, key: &str) -> Result<String> {
    value[key]
        .as_str()
        .map(str::to_owned)
        .with_context(|| format!("no text `{key}` in {value}"))
}
