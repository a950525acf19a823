//! Every error of the layers below as a JavaScript `Error` with a stable `code`; its message is theirs, unchanged.

use thiserror::Error;
use wasm_bindgen::JsValue;
use watermark_badge::{DrawError, WordingError};
use watermark_core::coding::CodeError;
use watermark_core::payload::FieldError;
use watermark_core::raster::RasterError;
use watermark_core::signature::{DirectoryError, KeyError};
use watermark_core::{EmbedError, SecretTooShort};
use watermark_files::{DecodeError, EncodeError};
use watermark_label::LabellingError;

use crate::JsError;

/// Why a call failed.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error(transparent)]
    Encode(#[from] EncodeError),
    #[error(transparent)]
    Raster(#[from] RasterError),
    #[error(transparent)]
    Embed(#[from] EmbedError),
    #[error(transparent)]
    Code(#[from] CodeError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Field(#[from] FieldError),
    #[error(transparent)]
    Secret(#[from] SecretTooShort),
    #[error(transparent)]
    Wording(#[from] WordingError),
    #[error(transparent)]
    Draw(#[from] DrawError),
    #[error(transparent)]
    Label(#[from] LabellingError),
    /// A profile asks for what the option would say.
    #[error("{error}; pass `{option}`")]
    Needs { error: LabellingError, option: &'static str },
    /// The directory's place in the list, and everything its error says.
    #[error("key directory {index}: {text}")]
    Directory { index: usize, text: String },
    #[error("the options cannot be read: {0}; see the package's types")]
    Options(#[from] serde_json::Error),
    #[error("{0}")]
    Option(String),
    #[error(
        "the image already carries a mark {whose}; verify it, or pass `force` to stamp over it, which damages the older mark"
    )]
    AlreadyMarked { whose: String },
    #[error(
        "the mark made at strength {strength:.1} did not read back from the file written; choose PNG, a higher quality or another strength"
    )]
    Unread { strength: f32 },
    #[error("the picture cannot be edited: {0}")]
    Edit(String),
    #[error("aborted by the caller")]
    Aborted,
}

impl Failure {
    /// A directory was refused; its causes are joined, since JavaScript shows one line.
    pub(crate) fn directory(index: usize, error: &DirectoryError) -> Self {
        Self::Directory { index, text: with_causes(error) }
    }

    /// Names that callers may branch on. None is ever renamed.
    fn code(&self) -> &'static str {
        match self {
            Self::Decode(error) => match error {
                DecodeError::Empty => "empty",
                DecodeError::NotAnImage { .. } => "not-an-image",
                DecodeError::UnsupportedFormat { .. } | DecodeError::UnsupportedFeature { .. } => "unsupported-format",
                DecodeError::Animated { .. } | DecodeError::MultiPicture { .. } => "several-pictures",
                DecodeError::SideTooLong { .. }
                | DecodeError::TooManyPixels { .. }
                | DecodeError::TooMuchMemory { .. } => "too-large",
                _ => "damaged",
            },
            Self::Encode(_) => "cannot-write",
            Self::Raster(_) => "pixels",
            Self::Embed(EmbedError::TooSmall { .. }) => "too-small",
            Self::Embed(EmbedError::TooFlat { .. }) => "too-flat",
            Self::Embed(_) | Self::Code(_) => "cannot-stamp",
            Self::Key(_) => "key",
            Self::Directory { .. } => "directory",
            Self::Needs { option: "system", .. } => "needs-system",
            Self::Needs { .. } => "needs-provider",
            Self::Label(LabellingError::UnknownExemption { .. })
            | Self::Wording(_)
            | Self::Field(_)
            | Self::Secret(_)
            | Self::Options(_)
            | Self::Option(_) => "option",
            Self::Draw(_) | Self::Label(_) => "cannot-label",
            Self::AlreadyMarked { .. } => "already-marked",
            Self::Unread { .. } => "unread",
            Self::Edit(_) => "edit",
            Self::Aborted => "aborted",
        }
    }
}

/// An error and what caused it, on one line.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        let error = JsError::new(&with_causes(&failure));
        error.set_name("WatermarkError");
        error.set_code(failure.code());
        error.into()
    }
}
