//! hub-link
