//! Which generator made the picture: `NAME@VERSION` -> a 16-bit tag that fits the pixels.
//!
//! The pixels hold only the tag; the words live in the issuer's key directory, which is searched for every system
//! with that tag. Two systems of one issuer share a tag once in 65 535 pairs; then the directory names both.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::{FieldError, hex, is_visible_text};

/// The short form of a [`SystemName`]; 0 means that the stamper named no system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemTag(pub u16);

impl SystemTag {
    /// No system was named.
    pub const NONE: Self = Self(0);

    /// Whether no system was named.
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }
}

/// Four lower-case hexadecimal digits.
impl fmt::Display for SystemTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}", self.0)
    }
}

/// Four hexadecimal digits of either case.
impl FromStr for SystemTag {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        hex::decode(text)
            .map(|bytes| Self(u16::from_be_bytes(bytes)))
            .ok_or_else(|| FieldError::SystemTagSyntax { text: text.to_owned() })
    }
}

/// A generator system by name and version. Compared byte for byte: write names in Unicode NFC.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemName {
    name: String,
    version: String,
}

impl SystemName {
    /// What is hashed in front of the name: a NUL-terminated name, then the version of the derivation.
    const DOMAIN: &[u8] = b"watermark system tag\0\x01";

    /// Longest name and longest version, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 128;

    /// Joins a name and a version.
    ///
    /// # Errors
    /// [`FieldError::SystemSyntax`] when either is no visible text of 1 to [`SystemName::MAX_BYTES`] bytes without white
    /// space at its ends, or when the version holds an `@` (the last `@` divides the two).
    pub fn new(name: &str, version: &str) -> Result<Self, FieldError> {
        let fits = |part| is_visible_text(part, Self::MAX_BYTES);
        if fits(name) && fits(version) && !version.contains('@') {
            Ok(Self { name: name.to_owned(), version: version.to_owned() })
        } else {
            Err(FieldError::SystemSyntax { text: format!("{name}@{version}") })
        }
    }

    /// The name before the last `@`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version after the last `@`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The first 16 bits of `SHA-256("watermark system tag" 00 01 || NAME "@" VERSION)`, big-endian; never
    /// [`SystemTag::NONE`], for which 1 is taken.
    pub fn tag(&self) -> SystemTag {
        let hash: [u8; 32] = Sha256::new().chain_update(Self::DOMAIN).chain_update(self.to_string()).finalize().into();
        SystemTag(u16::from_be_bytes([hash[0], hash[1]]).max(1))
    }
}

/// `NAME@VERSION`.
impl fmt::Display for SystemName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

/// `NAME@VERSION`, divided at the last `@`.
impl FromStr for SystemName {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        let (name, version) =
            text.rsplit_once('@').ok_or_else(|| FieldError::SystemSyntax { text: text.to_owned() })?;
        Self::new(name, version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_at_sign_divides() {
        let system: SystemName = "studio@night@2.1".parse().unwrap();
        assert_eq!((system.name(), system.version()), ("studio@night", "2.1"));
        assert_eq!(system, SystemName::new("studio@night", "2.1").unwrap());
    }

    #[test]
    fn no_name_has_the_empty_tag() {
        // 300 000 names meet the hash prefix 0000 about four times.
        for number in 0..300_000 {
            assert!(!SystemName::new("system", &number.to_string()).unwrap().tag().is_none());
        }
    }

    #[test]
    fn malformed_names() {
        let long = "x".repeat(SystemName::MAX_BYTES + 1);
        for text in [
            "",
            "name",
            "@1",
            "name@",
            " name@1",
            "name@1 ",
            "na\nme@1",
            "na\u{202e}me@1",
            "na\u{ad}me@1",
            "name@\u{1b}[2J",
        ] {
            assert_eq!(text.parse::<SystemName>(), Err(FieldError::SystemSyntax { text: text.to_owned() }));
        }
        assert!(SystemName::new(&long, "1").is_err() && SystemName::new("name", &long).is_err());
        assert!(SystemName::new(&long[1..], &long[1..]).is_ok());
        assert!(SystemName::new("a", "b@c").is_err(), "would read back as a@b, c");
    }

    #[test]
    fn tags_read_and_write() {
        assert_eq!("00Ff".parse::<SystemTag>().unwrap().to_string(), "00ff");
        for text in ["", "0", "00fff", "00fg"] {
            assert_eq!(text.parse::<SystemTag>(), Err(FieldError::SystemTagSyntax { text: text.to_owned() }));
        }
    }
}
