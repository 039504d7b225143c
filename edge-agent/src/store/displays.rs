//! displays
