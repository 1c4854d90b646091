//! Watches the other three.
