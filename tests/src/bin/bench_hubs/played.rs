//! A process that is measured or measures, and how it is talked with: it says what others need as lines of JSON, and does
//! what lines on its standard input ask for.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A process in one of the roles; killed when dropped.
pub(crate) struct Played {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
    told: ChildStdin,
}

impl Played {
    /// Starts this program in a role, in a network namespace or where we are.
    pub(crate) fn start(namespace: Option<&str>, arguments: &[&str]) -> Result<Self> {
        let own = std::env::current_exe()?;
        Self::start_program(namespace, &own, arguments)
    }

    /// Starts any program.
    pub(crate) fn start_program(
        namespace: Option<&str>,
        program: &Path,
        arguments: &[&str],
    ) -> Result<Self> {
        let mut command = match namespace {
            None => Command::new(program),
            Some(namespace) => {
                let mut inside = Command::new("ip");
                inside.args(["netns", "exec", namespace]).arg(program);
                inside
            }
        };
        let mut child = command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("start {}", program.display()))?;
        let said = child.stdout.take().context("standard output was piped")?;
        let told = child.stdin.take().context("standard input was piped")?;
        Ok(Self {
            child,
            said: BufReader::new(said).lines(),
            told,
        })
    }

    pub(crate) fn id(&self) -> Result<u32> {
        self.child.id().context("the process has ended")
    }

    /// The next line it says.
    pub(crate) async fn says(&mut self) -> Result<Value> {
        match self.said.next_line().await? {
            Some(line) => Ok(serde_json::from_str(&line)?),
            None => bail!("a process ended: {:?}", self.child.wait().await?),
        }
    }

    /// Asks for something and waits for the answer.
    pub(crate) async fn ask(&mut self, request: &str) -> Result<Value> {
        self.told
            .write_all(format!("{request}\n").as_bytes())
            .await?;
        self.says().await
    }
}

/// The next request on our own standard input; `None` when there will be none.
pub(crate) async fn request(
    lines: &mut UnboundedReceiver<String>,
) -> Result<Option<(String, usize)>> {
    let Some(line) = lines.recv().await else {
        return Ok(None);
    };
    let (word, number) = line
        .split_once(' ')
        .context("a request is a word and a number")?;
    Ok(Some((word.to_owned(), number.parse()?)))
}

/// Our own requests, read by a thread that ends with our standard input.
pub(crate) fn requests() -> UnboundedReceiver<String> {
    let (read, lines) = unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if read.send(line).is_err() {
                return;
            }
        }
    });
    lines
}
