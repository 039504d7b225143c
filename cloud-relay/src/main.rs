//! The relay as a Lambda function: `DynamoDB`, API Gateway.

use std::sync::Arc;

use anyhow::Context as _;
use aws_config::BehaviorVersion;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use clap::Parser;
use cloud_relay::config::{RelayConfig, SecretArgument};
use cloud_relay::downlink::api_gateway::ApiGatewayDownlink;
use cloud_relay::lambda::Lambda;
use cloud_relay::relay::Relay;
use cloud_relay::router::Role;
use cloud_relay::store::Agents as _;
use cloud_relay::store::dynamo::DynamoStore;
use lambda_http::service_fn;
use relay_contract::key::{KeyVersion, MasterKeys};
use tracing::warn;
use tracing_subscriber::EnvFilter;

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
    /// 32 bytes as 64 hex digits or as base64.
    #[arg(long, env = "PLACARD_MASTER_KEY", hide_env_values = true)]
    master_key: SecretArgument,
    /// Rises by one with each rotation.
    #[arg(long, env = "PLACARD_MASTER_KEY_VERSION", default_value_t = 1)]
    master_key_version: u16,
    /// The key before, while a rotation is under way.
    #[arg(long, env = "PLACARD_PREVIOUS_MASTER_KEY", hide_env_values = true)]
    previous_master_key: Option<SecretArgument>,
    /// Which routes this function serves: all, google or agents.
    #[arg(long, env = "PLACARD_ROLE", default_value = "all")]
    role: Role,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Ignored only if another provider were installed first, and nothing runs before this.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // CloudWatch stamps every line itself.
    tracing_subscriber::fmt()
        .json()
        .without_time()
        .with_env_filter(filter)
        .init();

    let environment = Environment::parse();
    let masters = MasterKeys::new(
        KeyVersion(environment.master_key_version),
        environment.master_key.0,
        environment.previous_master_key.map(|key| key.0),
    );
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let sdk = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .load()
        .await;
    let push = aws_sdk_apigatewaymanagement::config::Builder::from(&sdk)
        .endpoint_url(environment.push_endpoint)
        .build();
    let push = aws_sdk_apigatewaymanagement::Client::from_conf(push);
    let store = DynamoStore::new(aws_sdk_dynamodb::Client::new(&sdk), environment.table);
    // Opens the connection to DynamoDB while start-up is free of charge, not within the first webhook.
    if let Err(error) = store.host_owner().await {
        warn!(%error, "the table does not answer yet");
    }
    let config = RelayConfig::new(&environment.public_base, masters)
        .context("PLACARD_PUBLIC_BASE")?
        .with_ws_url(environment.ws_url);
    let relay = Arc::new(Relay {
        config,
        store,
        downlink: ApiGatewayDownlink::new(push),
    });
    let lambda = Arc::new(Lambda::new(relay, environment.role));
    let handler = service_fn(move |request| {
        let lambda = Arc::clone(&lambda);
        async move { lambda.handle(request).await }
    });
    lambda_http::run(handler)
        .await
        .map_err(|error| anyhow::anyhow!(error).context("run on Lambda"))
}
