//! The rules of the house that a test can check. They live in `tests/`; this crate has no code of its own.
