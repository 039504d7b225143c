//! The zip for Lambda, run as Lambda runs it: its size, its start, its first event, and what it consumes.
//!
//! The table stands on this machine: a start on AWS has a TLS handshake with DynamoDB and a look into SSM more.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result};
use jiff::SignedDuration;
use relay_contract::invite::Invite;
use relay_contract::key::{KeyVersion, MasterKey, MasterKeys};
use serde_json::Value;

use crate::agent::now;
use crate::host::{CORE, milliseconds};
use crate::life::{Calls, HOST, enrolment};
use crate::prices::Life;
use crate::row::{Rows, median};
use crate::runtime_api::RuntimeApi;
use crate::table::{TABLE, Table, Units};

const MASTER: [u8; 32] = [7; 32];
const STARTS: usize = 20;
const WARM: u64 = 100;
const CONNECTION: &str = "Zm9yLWJlbmNo";

/// What one event takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Consumed {
    pub(crate) units: Units,
    pub(crate) log_bytes: f64,
}

/// A running function; ends when dropped.
struct Function {
    process: Child,
    log: std::path::PathBuf,
}

impl Function {
    fn start(bootstrap: &Path, api: &RuntimeApi, table: &Table, folder: &Path) -> Result<Self> {
        let log = folder.join("function.log");
        let here = format!("127.0.0.1:{}", api.port);
        let process = Command::new("taskset")
            .args(["--cpu-list", CORE])
            .arg(bootstrap)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("AWS_LAMBDA_RUNTIME_API", &here)
            .env("AWS_LAMBDA_FUNCTION_NAME", "relay")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/relay")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
            .env("AWS_ENDPOINT_URL_DYNAMODB", &table.endpoint)
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("PLACARD_ROLE", "all")
            .env("PLACARD_PUBLIC_BASE", format!("https://{HOST}"))
            .env("PLACARD_WS_URL", "wss://connect.relay.example")
            .env("PLACARD_PUSH_ENDPOINT", format!("http://{here}"))
            .env("PLACARD_TABLE", TABLE)
            .env("PLACARD_WEBHOOKS_PER_MINUTE", "4000000000")
            .env(
                "PLACARD_MASTER_KEY",
                MASTER.map(|b| format!("{b:02x}")).concat(),
            )
            .stdin(Stdio::null())
            .stdout(std::fs::File::create(&log)?)
            .stderr(std::fs::File::create(folder.join("function.err"))?)
            .spawn()
            .with_context(|| format!("start {}", bootstrap.display()))?;
        Ok(Self { process, log })
    }

    fn logged(&self) -> Result<u64> {
        Ok(std::fs::metadata(&self.log)?.len())
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) async fn measure(bootstrap: &Path, zip: &Path, rows: &mut Rows) -> Result<()> {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let megabytes = std::fs::metadata(zip)?.len() as f64 / 1e6;
    rows.add("lambda_zip_mb", megabytes, "MB", 1);
    let table = Table::start().await?;
    let folder = tempfile::tempdir()?;
    let calls = enrolled(bootstrap, &table, folder.path()).await?;

    let (mut starts, mut firsts, mut warm) = (Vec::new(), Vec::new(), Vec::new());
    let mut number = 0;
    for _ in 0..STARTS {
        let mut api = RuntimeApi::start().await?;
        let started = Instant::now();
        let _function = Function::start(bootstrap, &api, &table, folder.path())?;
        starts.push(milliseconds(api.asked().await?.duration_since(started)));
        for nth in 0..=WARM / STARTS as u64 {
            number += 1;
            let (answer, time) = api.invoke(&calls.notification("room-1", number)).await?;
            well(&answer)?;
            if nth == 0 {
                firsts.push(time);
            } else {
                warm.push(time);
            }
        }
    }
    rows.add("lambda_init_ms", median(&mut starts), "ms", starts.len());
    let (first, usual) = (median(&mut firsts), median(&mut warm));
    rows.add("first_webhook_ms", first, "ms", firsts.len());
    rows.add("warm_webhook_ms", usual, "ms", warm.len());
    rows.add("first_webhook_vs_warm", first / usual, "x", firsts.len());

    let life = life(bootstrap, &table, folder.path(), &calls).await?;
    let n = usize::try_from(WARM)?;
    rows.add("write_units", life.webhook.units.write, "units", n);
    rows.add("read_units", life.webhook.units.read, "units", n);
    rows.add(
        "usd_per_million_hinted",
        life.per_million_hinted(),
        "USD",
        n,
    );
    rows.add("usd_per_million", life.per_million(), "USD", n);
    rows.add("usd_per_agent_month", life.per_agent_month(), "USD", n);
    Ok(())
}

/// An agent in the table.
async fn enrolled(bootstrap: &Path, table: &Table, folder: &Path) -> Result<Calls> {
    let masters = MasterKeys::new(KeyVersion(1), MasterKey::from_bytes(MASTER), None);
    let invite = Invite {
        nonce: [1; 16],
        expiry: now() + SignedDuration::from_hours(1),
        host_owner: true,
    };
    let mut api = RuntimeApi::start().await?;
    let _function = Function::start(bootstrap, &api, table, folder)?;
    api.asked().await?;
    let (answer, _) = api.invoke(&enrolment(&invite.mint(&masters))?).await?;
    let calls = Calls::new(&answer)?;
    let (answer, _) = api.invoke(&calls.connect(CONNECTION)).await?;
    well(&answer)?;
    Ok(calls)
}

/// Each kind of event in turn, as a notification a minute makes them.
async fn life(bootstrap: &Path, table: &Table, folder: &Path, calls: &Calls) -> Result<Life> {
    let mut api = RuntimeApi::start().await?;
    let function = Function::start(bootstrap, &api, table, folder)?;
    api.asked().await?;
    let mut sums = [const { (0.0, 0.0, 0.0) }; 6];
    for number in 1..=WARM {
        let channel = format!("life-{number}");
        let events = [
            calls.notification(&channel, 1),
            calls.pull(),
            calls.acknowledge(&channel, 1)?,
            calls.connect(CONNECTION),
            calls.disconnect("b3RoZXI"),
            calls.ping(CONNECTION),
        ];
        for (event, sum) in events.iter().zip(&mut sums) {
            table.take();
            let before = function.logged()?;
            let (answer, _) = api.invoke(event).await?;
            well(&answer)?;
            let units = table.take();
            sum.0 += units.write;
            sum.1 += units.read;
            #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
            let logged = (function.logged()? - before) as f64;
            sum.2 += logged;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a small constant")]
    let n = WARM as f64;
    let [webhook, pull, acknowledge, connect, disconnect, ping] = sums.map(|sum| Consumed {
        units: Units {
            write: sum.0 / n,
            read: sum.1 / n,
        },
        log_bytes: sum.2 / n,
    });
    Ok(Life {
        webhook,
        pull,
        acknowledge,
        connect,
        disconnect,
        ping,
    })
}

fn well(answer: &Value) -> Result<()> {
    anyhow::ensure!(
        answer["statusCode"] == 200,
        "the function answered {answer}"
    );
    Ok(())
}
