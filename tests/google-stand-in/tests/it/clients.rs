//! Google's own client library against the stand-in.

use std::path::PathBuf;
use std::process::Stdio;

use google_stand_in::{Config, StandIn};
use tokio::process::Command;

/// Where the development tools are: `PLACARD_TOOLS`, else the user's cache.
#[expect(
    clippy::disallowed_methods,
    reason = "a test has no configuration to inject"
)]
fn tools() -> PathBuf {
    let var = |name: &str| {
        std::env::var(name)
            .ok()
            .filter(|v| !v.is_empty())
            .map(PathBuf::from)
    };
    var("PLACARD_TOOLS").unwrap_or_else(|| {
        let cache = var("XDG_CACHE_HOME")
            .or_else(|| Some(var("HOME")?.join(".cache")))
            .expect("HOME is set");
        cache.join("placard/tools")
    })
}

#[tokio::test]
async fn googles_own_node_client_finds_nothing_amiss() {
    let clients = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("clients");
    let tools = tools();
    let client = tools.join("google-client/node_modules/@googleapis/calendar/package.json");
    assert!(
        client.is_file(),
        "{} is missing: `infra/dev` installs it from {} (or do it by hand, see clients/README.md)",
        client.display(),
        clients.display()
    );
    let stand_in = StandIn::start(Config::default()).await.unwrap();
    let run = Command::new("node")
        .arg(clients.join("calendar.cjs"))
        .arg(stand_in.base())
        .env("PLACARD_TOOLS", &tools)
        .stdin(Stdio::null())
        .output()
        .await
        .expect("node is on the PATH (infra/dev checks for it)");
    let (out, err) = (
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr),
    );
    assert!(run.status.success() && out.trim() == "ok", "{out}{err}");
    stand_in.shutdown().await;
}
