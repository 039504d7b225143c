//! One network namespace.

use std::fs::File;
use std::io::Write;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, ensure};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// What all of ours are called; followed by the number of the process that made them.
const PREFIX: &str = "placard-";

/// A network namespace; removed, with its cables, when dropped.
#[derive(Debug)]
pub struct Namespace {
    name: String,
}

impl Namespace {
    /// Makes one, with loopback up. `role` is for people who look at `ip netns`.
    ///
    /// # Errors
    ///
    /// Fails when this user may not, or `ip` is not installed.
    pub fn new(role: &str) -> Result<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        remove_abandoned();
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("{PREFIX}{}-{number}-{role}", std::process::id());
        output(Command::new("ip").args(["netns", "add", &name]))?;
        let made = Self { name };
        made.ip("link set lo up")?;
        Ok(made)
    }

    /// Its name, as `ip netns` has it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs `ip ARGUMENTS` in it.
    ///
    /// # Errors
    ///
    /// Fails when `ip` does.
    pub fn ip(&self, arguments: &str) -> Result<()> {
        let mut ip = Command::new("ip");
        ip.args(["-n", &self.name])
            .args(arguments.split_whitespace());
        output(&mut ip).map(drop)
    }

    /// Runs a program in it and returns what it printed.
    ///
    /// # Errors
    ///
    /// Fails when the program does.
    pub fn run(&self, command: &str) -> Result<String> {
        output(self.command().args(command.split_whitespace()))
    }

    /// Has the packet filter take `rules`, in nft's own language.
    ///
    /// # Errors
    ///
    /// Fails when `nft` is not installed or refuses.
    pub fn nft(&self, rules: &str) -> Result<()> {
        let mut nft = self
            .command()
            .args(["nft", "-f", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("run nft")?;
        nft.stdin
            .take()
            .context("standard input was piped")?
            .write_all(rules.as_bytes())?;
        let done = nft.wait_with_output()?;
        let said = String::from_utf8_lossy(&done.stderr);
        ensure!(done.status.success(), "nft refused `{rules}`: {said}");
        Ok(())
    }

    /// How many packets the named counter of the table `inet story` has counted.
    ///
    /// # Errors
    ///
    /// Fails when there is no such counter.
    pub fn counted(&self, counter: &str) -> Result<u64> {
        let said = self.run(&format!("nft -j list counter inet story {counter}"))?;
        let said: serde_json::Value = serde_json::from_str(&said)?;
        let packets = said["nftables"].as_array().and_then(|all| {
            all.iter()
                .find_map(|one| one["counter"]["packets"].as_u64())
        });
        packets.with_context(|| format!("no counter {counter} in {said}"))
    }

    /// Lays a cable from `here` in this namespace to `there` in another; both ends with their address, and up.
    ///
    /// # Errors
    ///
    /// Fails when `ip` does.
    pub fn cable(&self, here: [&str; 2], other: &Self, there: [&str; 2]) -> Result<()> {
        let ([name, address], [peer, peer_address]) = (here, there);
        self.ip(&format!(
            "link add {name} type veth peer name {peer} netns {}",
            other.name
        ))?;
        for (space, name, address) in [(self, name, address), (other, peer, peer_address)] {
            space.ip(&format!("address add {address} dev {name}"))?;
            space.ip(&format!("link set {name} up"))?;
        }
        Ok(())
    }

    /// Passes packets on between its cables.
    ///
    /// # Errors
    ///
    /// Fails when the kernel refuses.
    pub fn forwards(&self) -> Result<()> {
        let loose = "net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0";
        self.run(&format!("sysctl -q -w net.ipv4.ip_forward=1 {loose}"))
            .map(drop)
    }

    /// Moves this thread into it: whatever it opens and starts from now on is inside, until the answer is dropped.
    ///
    /// # Errors
    ///
    /// Fails when the kernel refuses.
    pub fn enter(&self) -> Result<Entered> {
        let before =
            File::open("/proc/thread-self/ns/net").context("open the namespace one is in")?;
        // Where `ip netns` keeps its names.
        let there = Path::new("/run/netns").join(&self.name);
        let there = File::open(&there).with_context(|| format!("open {}", there.display()))?;
        move_into_link_name_space(there.as_fd(), Some(LinkNameSpaceType::Network))
            .with_context(|| format!("enter {}", self.name))?;
        Ok(Entered { before })
    }

    fn command(&self) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]);
        command
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        if let Err(error) = output(Command::new("ip").args(["netns", "delete", &self.name])) {
            eprintln!("{} stays behind: {error:#}", self.name);
        }
    }
}

/// The way back into the namespace that a thread came from.
#[derive(Debug)]
#[must_use = "the thread returns when this is dropped"]
pub struct Entered {
    before: File,
}

impl Drop for Entered {
    fn drop(&mut self) {
        move_into_link_name_space(self.before.as_fd(), Some(LinkNameSpaceType::Network))
            .expect("a thread may return to where it came from");
    }
}

/// Removes the namespaces of processes that were killed before they could do it themselves.
fn remove_abandoned() {
    let Ok(all) = output(Command::new("ip").args(["netns", "list"])) else {
        return;
    };
    for name in all.lines().filter_map(|line| line.split(' ').next()) {
        let owner = name
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split('-').next())
            .and_then(|number| number.parse::<u32>().ok());
        if owner.is_some_and(|process| !Path::new(&format!("/proc/{process}")).exists()) {
            // Somebody else may be faster.
            let _ = output(Command::new("ip").args(["netns", "delete", name]));
        }
    }
}

fn output(command: &mut Command) -> Result<String> {
    let done = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("run {command:?}"))?;
    ensure!(
        done.status.success(),
        "{command:?} ended with {}: {}",
        done.status,
        String::from_utf8_lossy(&done.stderr)
    );
    Ok(String::from_utf8(done.stdout)?)
}
