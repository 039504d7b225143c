//! Small networks on this machine: namespaces, virtual cables and a packet filter, made by a story and removed with it.
//!
//! They need root, `ip`, `nft` and `tc` (`infra/dev` installs the programs). Where that is not to be had, a story says
//! that it is skipped; with `PLACARD_REQUIRE_NETNS=1`, as in CI, a skip is a failure.

pub mod corridor;
pub mod impairer;
pub mod namespace;
pub mod three;
pub mod tun;

use anyhow::{Result, bail};

use self::namespace::Namespace;
use crate::wishes::wish;

/// Whether namespaces can be made here; says so when `story` has to be skipped.
///
/// # Errors
///
/// Fails when they cannot be made and `PLACARD_REQUIRE_NETNS=1` demands them.
pub fn available(story: &str) -> Result<bool> {
    let tried = Namespace::new("try").and_then(|namespace| namespace.nft("add table inet try"));
    let Err(error) = tried else { return Ok(true) };
    if wish::<u8>("PLACARD_REQUIRE_NETNS") == Some(1) {
        bail!("{story} needs network namespaces, which cannot be made here: {error:#}");
    }
    println!(
        "SKIPPED: {story} needs network namespaces, which cannot be made here: {error:#}. Run it as root, with iproute2 and nftables."
    );
    Ok(false)
}
