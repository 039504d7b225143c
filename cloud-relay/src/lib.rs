//! cloud-relay
