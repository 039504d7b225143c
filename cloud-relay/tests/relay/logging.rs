//! What may be logged, whatever is asked for.

use std::io;
use std::sync::{Arc, Mutex};

use cloud_relay::logging::capped;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What of five lines is logged when `asked` is asked for.
fn logged(asked: &str) -> Vec<String> {
    let log = Log::default();
    let writer = log.clone();
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .without_time()
        .with_level(false)
        .with_target(false)
        .with_filter(capped(EnvFilter::new(asked)));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        tracing::warn!(target: "hyper::proto", "hyper warns");
        tracing::info!(target: "hyper::proto", "hyper informs");
        tracing::trace!(target: "hyper::proto", "hyper shows a request");
        tracing::info!(target: "cloud_relay", "we inform");
        tracing::trace!(target: "cloud_relay", "we trace");
    });
    let bytes = log.0.lock().unwrap().clone();
    let text = String::from_utf8(bytes).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn no_library_shows_requests_and_none_says_more_than_it_was_asked_to() {
    let informs = ["hyper warns", "hyper informs", "we inform"];
    assert_eq!(logged("info"), informs);
    let all = [&informs[..], &["we trace"]].concat();
    assert_eq!(logged("trace"), all);
    assert_eq!(logged("hyper=trace,info"), informs);
    assert_eq!(logged("warn"), ["hyper warns"]);
    assert_eq!(
        logged("warn,cloud_relay=info"),
        ["hyper warns", "we inform"]
    );
    assert_eq!(logged("off"), Vec::<String>::new());
}
