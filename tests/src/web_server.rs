//! The web servers before a relay on one host, set up word for word as infra/book/relay-on-a-host.md says; only names,
//! ports and places are this run's.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::certificates::Identity;
use crate::plan::WebServer;
use crate::process::{Process, Surroundings};
use crate::programs::path;
use crate::stage::Stage;

/// Whom a web server serves, and as whom.
#[derive(Debug)]
pub(crate) struct Site<'a> {
    /// Its own port.
    pub(crate) port: u16,
    /// The relay's, for plain HTTP.
    pub(crate) relay: u16,
    /// Its certificate.
    pub(crate) identity: &'a Identity,
}

/// The guide. In the program, so that it does not need the folder that it was built from.
const GUIDE: &str = include_str!("../../infra/book/relay-on-a-host.md");

/// What the guide's reader replaces by their own.
const GUIDE_HOST: &str = "signs.example.org";
const GUIDE_RELAY: &str = "127.0.0.1:8080";
const GUIDE_CERTIFICATE: &str = "/etc/letsencrypt/live/signs.example.org/fullchain.pem";
const GUIDE_KEY: &str = "/etc/letsencrypt/live/signs.example.org/privkey.pem";
const GUIDE_LOG: &str = "/var/log/nginx/placard-relay.log";

impl WebServer {
    /// Starts it; all that it writes goes to a folder of the stage, or to its log.
    pub(crate) fn start(self, stage: &Stage, site: &Site<'_>) -> Result<Process> {
        let folder = stage.logs().join(self.name());
        fs::create_dir_all(&folder)?;
        let (file, arguments) = match self {
            Self::Nginx => (
                "nginx.conf",
                ["-e", "stderr", "-p", path(&folder)?, "-c"].map(str::to_owned),
            ),
            Self::Caddy => (
                "Caddyfile",
                ["run", "--watch=false", "--adapter", "caddyfile", "--config"].map(str::to_owned),
            ),
        };
        let file = folder.join(file);
        let guide = block_under(GUIDE, self.heading())?;
        let configuration = match self {
            Self::Nginx => nginx(&guide, site, &folder)?,
            Self::Caddy => caddy(&guide, site)?,
        };
        fs::write(&file, configuration)?;
        let arguments = [&arguments[..], &[path(&file)?.to_owned()]].concat();
        let home = path(&folder)?.to_owned();
        let environment = ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"]
            .map(|name| (name.to_owned(), home.clone()))
            .into();
        let surroundings = Surroundings {
            namespace: stage.places.relay.namespace.as_deref(),
            environment,
            logs: &stage.logs(),
        };
        Process::start_program(
            self.name(),
            Path::new(self.name()),
            &arguments,
            surroundings,
        )
        .context("`infra/dev e2e` installs the web servers")
    }

    fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Caddy => "caddy",
        }
    }

    fn heading(self) -> &'static str {
        match self {
            Self::Nginx => "## Behind nginx",
            Self::Caddy => "## Behind Caddy",
        }
    }
}

/// The guide's `server`, in what Debian's own nginx.conf gives it.
fn nginx(guide: &str, site: &Site<'_>, folder: &Path) -> Result<String> {
    let listen = format!("listen 127.0.0.1:{} ssl;", site.port);
    let server = Guide(guide.to_owned())
        .with("listen 443 ssl;", &listen)?
        .with("listen [::]:443 ssl;", "")?
        .with(GUIDE_CERTIFICATE, path(&site.identity.certificate)?)?
        .with(GUIDE_KEY, path(&site.identity.key)?)?
        .with(GUIDE_HOST, "relay.localhost")?
        .with(GUIDE_LOG, path(&folder.join("error.log"))?)?
        .with(GUIDE_RELAY, &format!("127.0.0.1:{}", site.relay))?;
    let folder = path(folder)?;
    let places: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("    {name}_temp_path {folder}/{name};\n"))
        .concat();
    // One process, which ends with the story however that ends.
    Ok(format!(
        "daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nevents {{}}\nhttp {{\n{places}{}\n}}\n",
        server.0
    ))
}

/// The guide's file; the certificate would come from an authority on the Internet.
fn caddy(guide: &str, site: &Site<'_>) -> Result<String> {
    let address = format!(
        "relay.localhost:{} {{\n\tbind 127.0.0.1\n\ttls {} {}",
        site.port,
        path(&site.identity.certificate)?,
        path(&site.identity.key)?
    );
    let file = Guide(guide.to_owned())
        .with(
            "{\n\tlog {",
            "{\n\tadmin off\n\tauto_https disable_redirects\n\tlog {",
        )?
        .with(&format!("{GUIDE_HOST} {{"), &address)?
        .with(GUIDE_RELAY, &format!("127.0.0.1:{}", site.relay))?;
    Ok(file.0)
}

/// A configuration of the guide on its way to one of this run.
struct Guide(String);

impl Guide {
    /// Replaces what must stand there.
    fn with(self, guide: &str, here: &str) -> Result<Self> {
        ensure!(
            self.0.contains(guide),
            "the guide's configuration has no `{guide}`: {}",
            self.0
        );
        Ok(Self(self.0.replace(guide, here)))
    }
}

/// The first fenced block under a heading.
fn block_under(guide: &str, heading: &str) -> Result<String> {
    let section = guide.split_once(heading).map(|(_, after)| after);
    let section = section.with_context(|| format!("the guide has no `{heading}`"))?;
    let own = section.split("\n## ").next().unwrap_or_default();
    let block = own
        .split("```")
        .nth(1)
        .and_then(|block| block.split_once('\n'));
    let (_, block) = block.with_context(|| format!("`{heading}` has no configuration"))?;
    Ok(block.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_found_under_its_own_heading_and_no_other() {
        let guide = "## Behind Caddy\nwords\n## Behind nginx\nwords\n```nginx\nserver {\n}\n```\n";
        assert_eq!(
            block_under(guide, "## Behind nginx").unwrap(),
            "server {\n}\n"
        );
        assert!(block_under(guide, "## Behind Caddy").is_err());
        assert!(block_under(guide, "## Behind Apache").is_err());
    }

    #[test]
    fn what_the_guide_does_not_say_cannot_be_replaced() {
        let guide = || Guide("listen 443 ssl;".into());
        assert_eq!(guide().with("443", "8443").unwrap().0, "listen 8443 ssl;");
        assert!(guide().with("80;", "8080;").is_err());
    }
}
