//! placard-tests
