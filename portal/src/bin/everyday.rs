//! Starts the everyday pages.

fn main() {
    portal::everyday::start();
}
