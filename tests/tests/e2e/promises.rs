//! The promises of the design, each one test with its evidence, and beside it a sabotaged twin that must fail.

mod eight;
mod five;
mod four;
mod one;
mod three;
mod two;
