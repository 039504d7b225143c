//! Starts the pages for setting up.

fn main() {
    portal::settings::start();
}
