//! Why a duty does not hold for a picture, in the words of whoever decided so.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A claim that a duty does not hold. It is kept, signed, with its reason; nobody here judges it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exemption {
    /// One of the kinds that the profile names, e.g. `internal`.
    pub kind: String,
    /// Why, for whoever asks later: 1 to [`Exemption::MAX_REASON_CHARS`] characters on one line.
    pub reason: String,
}

/// An exemption that cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("write KIND:REASON with a reason of 1 to {max} characters on one line, e.g. internal:draft for the layout team", max = Exemption::MAX_REASON_CHARS)]
pub struct ExemptionSyntax;

impl Exemption {
    /// Longest reason: a sentence or two, and short beside the largest JPEG metadata segment.
    pub const MAX_REASON_CHARS: usize = 500;
}

/// `KIND:REASON`.
impl FromStr for Exemption {
    type Err = ExemptionSyntax;

    fn from_str(text: &str) -> Result<Self, ExemptionSyntax> {
        let (kind, reason) = text.split_once(':').ok_or(ExemptionSyntax)?;
        let (kind, reason) = (kind.trim(), reason.trim());
        let fits = (1..=Self::MAX_REASON_CHARS).contains(&reason.chars().count());
        if kind.is_empty() || !fits || text.chars().any(char::is_control) {
            return Err(ExemptionSyntax);
        }
        Ok(Self { kind: kind.to_owned(), reason: reason.to_owned() })
    }
}

/// `KIND: REASON`.
impl fmt::Display for Exemption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_never_missing() {
        let exemption: Exemption = " internal : a draft: for the layout team ".parse().unwrap();
        assert_eq!((&*exemption.kind, &*exemption.reason), ("internal", "a draft: for the layout team"));
        for text in ["internal", "internal:", "internal:  ", ":why", "", "internal:a\nb"] {
            assert_eq!(text.parse::<Exemption>(), Err(ExemptionSyntax), "{text:?}");
        }
        assert!(format!("k:{}", "가".repeat(500)).parse::<Exemption>().is_ok());
        assert!(format!("k:{}", "가".repeat(501)).parse::<Exemption>().is_err());
    }
}
