//! The picture that `demo` stamps when none is given. Licence: `assets/LICENSE.md`.

/// A night scene made by a diffusion model, JPEG, 768 x 1033: dark, with flat sky and fine lights, so not the easiest.
pub(crate) const PICTURE: &[u8] = include_bytes!("../assets/city_rain_768x1033.jpg");

/// What it is and whose.
pub(crate) const CREDIT: &str = "sample picture: InvokeAI documentation, Apache License 2.0";
