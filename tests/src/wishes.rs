//! What somebody who runs the stories may ask for, by environment variables.

/// What the variable `name` says, if it says anything that can be understood.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
pub fn wish<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}
