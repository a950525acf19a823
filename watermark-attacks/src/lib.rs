//! Distortions applied to marked images: for tests, the `demo` command and the generated robustness table.
//!
//! An [`Attack`] takes 8-bit RGB pixels and a seed and gives the pixels a detector would see, together with the
//! encoded file when the last step is a lossy codec. It is a pure function of the two: no clock, no files, no global
//! state. Nothing but pixels survives; metadata is never carried over.
//!
//! Attacks marked [`Attack::reference`] have the names, groups and parameters of the acceptance suite, whose pixel
//! arithmetic is that of Pillow; the arithmetic here follows Pillow's C sources step by step and says
//! `DIFFERENCE:` where it does not. The AVIF row of that suite is left out.
//!
//! ```
//! use image::{Rgb, RgbImage};
//!
//! let cover = RgbImage::from_fn(64, 48, |x, y| Rgb([x as u8 * 4, y as u8 * 5, 90]));
//! let attack = watermark_attacks::find("jpeg50").expect("a known name");
//! let attacked = attack.apply(&cover, 7)?;
//! assert_eq!(attacked.image.dimensions(), (64, 48));
//! assert_eq!(attacked.extension(), "jpg");
//! # Ok::<(), watermark_attacks::AttackError>(())
//! ```
//!
//! Rows are [`Step`]s in sequence, so a caller may also [`run`] a sequence of its own.
//!
//! Features: `webp` (default) adds the lossy WebP rows and builds the bundled C library libwebp.

mod chain;
mod codec;
mod edit;
mod filter;
mod noise;
mod registry;
mod resample;
mod tone;
mod warp;

pub use chain::{AttackError, Attacked, Flip, Keep, Step, run};
pub use codec::Format;
pub use registry::{ATTACKS, Attack, all, find};
pub use resample::Kernel;
