//! The core and its file formats for JavaScript: conversions and typed errors, no policy.
//!
//! ```text
//! Uint8Array | ImageData -> Picture -> verify | inspect -> report (the object of `verify --json`)
//!                                  \-> stamp -> file bytes + record        \-> edit -> Picture (attacks for trying out)
//! ```
//!
//! Only numbers, strings and byte arrays cross the boundary; structured values travel as JSON text. The JavaScript
//! beside this crate (`js/`) makes objects, promises and types of them, and is what users import. Errors are JavaScript
//! errors with a `code` (`error.rs`).

#![allow(clippy::needless_pass_by_value, reason = "wasm-bindgen hands lists and functions over by value")]

mod edit;
mod error;
pub mod keys;
mod labels;
mod picture;
mod stamp;
mod verify;

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

#[wasm_bindgen]
extern "C" {
    /// Milliseconds of a monotonic clock; `performance` exists in pages, workers and Node alike.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    pub(crate) fn now_ms() -> f64;
}

/// Keeps the words of a panic, which on this target ends the instance with a trap that has none.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|info| LAST_PANIC.with_borrow_mut(|last| *last = info.to_string())));
}

/// What the panic said that ended the instance; empty when there was none.
#[wasm_bindgen(js_name = lastPanic)]
pub fn last_panic() -> String {
    LAST_PANIC.with_borrow(Clone::clone)
}

/// Version of this package.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
