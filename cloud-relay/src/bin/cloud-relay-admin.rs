//! The operator's commands for a relay on AWS, run on the operator's machine.

use anyhow::Context as _;
use clap::Parser;
use cloud_relay::aws::{MasterSource, sdk_config};
use cloud_relay::downlink::Downlink as _;
use cloud_relay::downlink::api_gateway::ApiGatewayDownlink;
use cloud_relay::operator::{self, Command, Setting};
use cloud_relay::store::dynamo::DynamoStore;
use jiff::Timestamp;

/// Invites, agents and keys of a Placard relay on AWS.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The relay's `DynamoDB` table.
    #[arg(long, env = "PLACARD_TABLE", global = true, default_value = "")]
    table: String,
    /// Management address of the WebSocket API's stage; with it a suspended or removed agent is cut off at once.
    #[arg(long, env = "PLACARD_PUSH_ENDPOINT", global = true)]
    push_endpoint: Option<String>,
    #[command(flatten)]
    masters: MasterSource,
    #[command(subcommand)]
    command: Command,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Ignored only if another provider were installed first, and nothing runs before this.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let arguments = Arguments::parse();
    let sdk = sdk_config().await;
    let masters = if arguments.command.needs_masters() {
        Some(arguments.masters.load(&sdk).await?)
    } else {
        None
    };
    let setting = Setting {
        version: arguments.masters.given().version(),
        masters,
        now: now(),
    };
    let store = DynamoStore::new(aws_sdk_dynamodb::Client::new(&sdk), arguments.table);
    let report = operator::run(&arguments.command, &store, &setting)
        .await
        .context("nothing was done")?;
    print!("{}", report.text);
    if let Some(connection) = report.close {
        match arguments.push_endpoint {
            Some(endpoint) => {
                ApiGatewayDownlink::connect(&sdk, endpoint)
                    .close(&connection)
                    .await;
            }
            None => eprintln!(
                "its connection stays open until it ends by itself, two hours at most, and brings it nothing; give --push-endpoint to close it at once"
            ),
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a program's own clock")]
fn now() -> Timestamp {
    Timestamp::now()
}
