//! google-stand-in
