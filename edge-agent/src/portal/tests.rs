//! The portal as a browser or a script meets it: a whole agent on loopback, over real TLS.

mod claiming;
mod docs;
mod doors;
mod history;
mod house;
mod identity;
mod integration;
mod layouts;
mod live;
mod permissions;
mod plain;
mod settings;
mod users;
