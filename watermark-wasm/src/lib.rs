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
mod label;
mod labels;
mod picture;
mod stamp;
mod verify;

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

// The few things of JavaScript that are needed here, by hand: the package `js-sys` would double what has to be compiled of wasm-bindgen.
#[wasm_bindgen]
extern "C" {
    /// Milliseconds of a monotonic clock; `performance` exists in pages, workers and Node alike.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    pub(crate) fn now_ms() -> f64;

    /// Milliseconds since 1970, by the device's clock.
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    pub(crate) fn date_ms() -> f64;

    /// A function of the caller's that hears of progress.
    #[wasm_bindgen(js_name = Function, typescript_type = "Function")]
    pub type Function;

    #[wasm_bindgen(method, catch, js_name = call)]
    pub(crate) fn call1(this: &Function, receiver: &JsValue, argument: &str) -> Result<JsValue, JsValue>;

    /// JavaScript's `Error`.
    #[wasm_bindgen(js_name = Error)]
    pub(crate) type JsError;

    #[wasm_bindgen(constructor, js_class = "Error")]
    pub(crate) fn new(message: &str) -> JsError;

    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_name(this: &JsError, name: &str);

    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_code(this: &JsError, code: &str);
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
