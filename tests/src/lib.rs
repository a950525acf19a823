//! Tests through the public interface of several crates together; they live in `tests/tests`.
