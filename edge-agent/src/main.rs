//! The edge agent's commands: parse, load, start, wait, stop.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use edge_agent::{Agent, Config, Environment};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;
use tracing::{error, info, warn};
use tracing_subscriber::EnvFilter;

/// Long enough for goodbyes to hubs and for answers under way; shorter than systemd's patience.
const GRACE_PERIOD: Duration = Duration::from_secs(15);

/// Placard's server on the LAN: reads Google Calendar, plans the signs, drives the hubs.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the agent.
    Serve(Data),
    /// Print the token that claims a new agent in the portal.
    SetupToken(Data),
    /// Who may administer the agent.
    #[command(subcommand)]
    Admin(Admin),
    /// Show the recovery phrase, once: write it down before the first hub is paired. It opens the backup and the key that
    /// hubs go by when the agent's own is lost or stolen.
    RecoveryPhrase {
        #[command(flatten)]
        data: Data,
        /// Make another one in place of a phrase that is lost.
        #[arg(long)]
        new: bool,
    },
    /// Keys and hubs.
    #[command(subcommand)]
    Hubs(Hubs),
    /// Draw a layout as a display would show it. Needs no agent.
    Render(Render),
}

#[derive(Debug, Subcommand)]
enum Hubs {
    /// Print the pins by which hubs know this agent.
    Keys(Data),
    /// Let hubs in that were given this agent's key by other means than pairing.
    Admit {
        #[command(flatten)]
        data: Data,
        /// What to call them; each gets a number behind it if there are several.
        #[arg(long, default_value = "")]
        name: String,
        /// The hubs' pins, 64 hex digits each.
        #[arg(required = true)]
        pins: Vec<String>,
    },
    /// Draw a new key for the agent; hubs learn of it by themselves.
    RotateKey(Data),
    /// Go by the standby key, since the active one was lost or stolen. Reads the recovery phrase from stdin.
    PromoteStandby(Data),
    /// Serve hubs in the place of another copy of this agent. Restart the agent afterwards.
    TakeOver(Data),
}

#[derive(Debug, clap::Args)]
struct Render {
    /// A file with a layout, or the name of one that comes with the agent, such as room-800x480.
    layout: String,
    /// A JSON file with what the sign has to say.
    #[arg(long)]
    room: PathBuf,
    /// Pixels and colours of the panel, such as 800x480-bwr.
    #[arg(long)]
    panel: String,
    /// The PNG to write.
    #[arg(long, short)]
    output: PathBuf,
    /// By how many degrees the panel hangs turned, clockwise.
    #[arg(long, default_value_t = 0)]
    rotation: u32,
    /// The sign's language, such as de.
    #[arg(long)]
    locale: Option<String>,
    /// The folder of the font pack; without it the installed one is taken, if there is one.
    #[arg(long)]
    fonts: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Admin {
    /// Remove every admin, end every session, and print a new setup token.
    Reset(Data),
}

#[derive(Debug, clap::Args)]
struct Data {
    /// The folder of database, keys and agent.toml.
    #[arg(long, env = "PLACARD_DATA", default_value = "/var/lib/placard")]
    data: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    start_log();
    rustls::crypto::ring::default_provider()
        .install_default()
        .expect("nothing has installed a provider before");
    match run(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            error!("{failure:#}");
            ExitCode::FAILURE
        }
    }
}

/// To stderr, so that stdout is for whoever started the command. `RUST_LOG` says what is logged.
fn start_log() {
    let usual = || EnvFilter::new("info,memory_serve=warn");
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| usual());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
}

async fn run(command: Command) -> Result<()> {
    match command {
        Command::Serve(Data { data }) => serve(data).await,
        Command::SetupToken(Data { data }) => {
            println!("{}", edge_agent::setup_token(&data).await?);
            Ok(())
        }
        Command::Render(render) => draw(&render),
        Command::Admin(Admin::Reset(Data { data })) => {
            let token = edge_agent::admin_reset(&data).await?;
            println!(
                "Every admin is removed and every session ended. Claim the agent in the portal with this setup token:"
            );
            println!("{token}");
            Ok(())
        }
        Command::RecoveryPhrase {
            data: Data { data },
            new,
        } => {
            let phrase = edge_agent::recovery_phrase(&data, new)?;
            eprintln!(
                "Write this down and keep it where the agent is not. It is not stored anywhere and will not be shown again."
            );
            println!("{phrase}");
            Ok(())
        }
        Command::Hubs(command) => hubs(command).await,
    }
}

async fn hubs(command: Hubs) -> Result<()> {
    match command {
        Hubs::Keys(Data { data }) => {
            let keys = edge_agent::hub_keys(&data)?;
            println!("active  {}", keys.active);
            match keys.standby {
                Some(standby) => println!("standby {standby}"),
                None => eprintln!(
                    "There is no standby key yet; `edge-agent recovery-phrase` makes one."
                ),
            }
        }
        Hubs::Admit {
            data: Data { data },
            name,
            pins,
        } => {
            for (number, pin) in (1..).zip(&pins) {
                let name = match (name.as_str(), pins.len()) {
                    ("", _) => String::new(),
                    (name, 1) => name.to_owned(),
                    (name, _) => format!("{name} {number}"),
                };
                edge_agent::admit_hub(&data, pin, &name).await?;
            }
        }
        Hubs::RotateKey(Data { data }) => {
            println!("{}", edge_agent::rotate_hub_key(&data).await?);
            eprintln!(
                "The running agent takes it up within seconds; hubs that are away learn of it as they connect."
            );
        }
        Hubs::PromoteStandby(Data { data }) => {
            let phrase =
                std::io::read_to_string(std::io::stdin()).context("read the recovery phrase")?;
            println!("{}", edge_agent::promote_standby_key(&data, &phrase)?);
            eprintln!(
                "The running agent takes it up within seconds, and every hub calls again and drops the key that it knew."
            );
        }
        Hubs::TakeOver(Data { data }) => {
            edge_agent::take_over(&data).await?;
            eprintln!("Restart the agent; it serves hubs from then on.");
        }
    }
    Ok(())
}

fn draw(render: &Render) -> Result<()> {
    let rendered = edge_agent::render(&edge_agent::RenderRequest {
        layout: &render.layout,
        room: &render.room,
        panel: &render.panel,
        rotation: render.rotation,
        locale: render.locale.as_deref(),
        fonts: render.fonts.as_deref(),
    })?;
    for warning in rendered.warnings {
        warn!("{warning}");
    }
    std::fs::write(&render.output, rendered.png)
        .with_context(|| format!("write `{}`", render.output.display()))
}

async fn serve(data: PathBuf) -> Result<()> {
    let config = Config::load(&data, &Environment)?;
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let agent = Agent::start(config).await.context("start the agent")?;
    println!("{}", agent.ready_line());
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    info!("stopping");
    if timeout(GRACE_PERIOD, agent.shutdown()).await.is_err() {
        warn!(
            "stopping took longer than {GRACE_PERIOD:?}; leaving work behind, which the next start finds"
        );
    }
    Ok(())
}
