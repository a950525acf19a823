//! Checks across crates. Tests through the public interface of several crates together live in `tests/tests`; here is what fuzzing
//! shares with them.

pub mod fuzzing;
