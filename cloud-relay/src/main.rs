//! The relay as a Lambda function: `DynamoDB`, API Gateway.

use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser;
use cloud_relay::aws::{MasterSource, sdk_config};
use cloud_relay::config::{DEFAULT_WEBHOOKS_PER_MINUTE, RelayConfig};
use cloud_relay::downlink::api_gateway::ApiGatewayDownlink;
use cloud_relay::lambda::Lambda;
use cloud_relay::logging;
use cloud_relay::relay::Relay;
use cloud_relay::router::Role;
use cloud_relay::store::Hosts as _;
use cloud_relay::store::dynamo::DynamoStore;
use lambda_http::service_fn;
use tracing::warn;
use tracing_subscriber::Layer as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// A function is set up by its environment.
#[derive(Debug, Parser)]
#[command(version)]
struct Environment {
    /// What Google and the agents call, such as `https://relay.example`.
    #[arg(long, env = "PLACARD_PUBLIC_BASE")]
    public_base: String,
    /// Where agents open their WebSocket, such as `wss://connect.relay.example`.
    #[arg(long, env = "PLACARD_WS_URL")]
    ws_url: String,
    /// Management address of the WebSocket API's stage.
    #[arg(long, env = "PLACARD_PUSH_ENDPOINT")]
    push_endpoint: String,
    /// The `DynamoDB` table.
    #[arg(long, env = "PLACARD_TABLE")]
    table: String,
    #[command(flatten)]
    masters: MasterSource,
    /// Webhooks that an agent may get each minute through one instance of this function.
    #[arg(long, env = "PLACARD_WEBHOOKS_PER_MINUTE", default_value_t = DEFAULT_WEBHOOKS_PER_MINUTE)]
    webhooks_per_minute: u32,
    /// Which routes this function serves: all, google or agents.
    #[arg(long, env = "PLACARD_ROLE", default_value = "all")]
    role: Role,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Ignored only if another provider were installed first, and nothing runs before this.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // CloudWatch stamps every line itself.
    let lines = tracing_subscriber::fmt::layer().json().without_time();
    tracing_subscriber::registry()
        .with(lines.with_filter(logging::filter()))
        .init();

    let environment = Environment::parse();
    let sdk = sdk_config().await;
    let masters = environment.masters.load(&sdk).await?;
    let store = DynamoStore::new(aws_sdk_dynamodb::Client::new(&sdk), environment.table);
    // Opens the connection to DynamoDB while start-up is free of charge, not within the first webhook.
    if let Err(error) = store.host_owner().await {
        warn!(%error, "the table does not answer yet");
    }
    let config = RelayConfig::new(&environment.public_base, masters)
        .context("PLACARD_PUBLIC_BASE")?
        .with_ws_url(environment.ws_url)
        .with_webhooks_per_minute(environment.webhooks_per_minute);
    let downlink = ApiGatewayDownlink::connect(&sdk, environment.push_endpoint);
    let relay = Arc::new(Relay::new(config, store, downlink));
    let lambda = Arc::new(Lambda::new(relay, environment.role));
    let handler = service_fn(move |request| {
        let lambda = Arc::clone(&lambda);
        async move { lambda.handle(request).await }
    });
    lambda_http::run(handler)
        .await
        .map_err(|error| anyhow::anyhow!(error).context("run on Lambda"))
}
