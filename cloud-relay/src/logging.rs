//! What may be logged.
//!
//! A callback's query holds a code, a body may hold an answer. Our own lines leave them out; those of the libraries that
//! carry them are cut at `info`, whatever the environment asks for.

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{FilterExt as _, Targets};
use tracing_subscriber::layer::Filter;
use tracing_subscriber::registry::LookupSpan;

/// Libraries that show requests or their bodies at `debug` or `trace`.
const TALKATIVE: [&str; 15] = [
    "aws_config",
    "aws_credential_types",
    "aws_runtime",
    "aws_sdk_apigatewaymanagement",
    "aws_sdk_dynamodb",
    "aws_sigv4",
    "aws_smithy_http_client",
    "aws_smithy_runtime",
    "aws_smithy_runtime_api",
    "axum",
    "h2",
    "hyper",
    "hyper_util",
    "lambda_runtime",
    "tungstenite",
];

/// `RUST_LOG` or `info`, without what the libraries know of requests.
pub fn filter<S: Subscriber + for<'a> LookupSpan<'a>>() -> impl Filter<S> {
    capped(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")))
}

/// What was asked for, less what the libraries say below `info`. A second filter, because a directive would also raise
/// what was asked to be quiet.
pub fn capped<S: Subscriber + for<'a> LookupSpan<'a>>(asked: EnvFilter) -> impl Filter<S> {
    let cap = Targets::new().with_default(LevelFilter::TRACE);
    asked.and(cap.with_targets(TALKATIVE.map(|library| (library, LevelFilter::INFO))))
}
