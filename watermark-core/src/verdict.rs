//! `[X8]` The one place where a verdict is formed, with its evidence.

mod particle;
mod record;
mod words;

use crate::content::Comparison;
use crate::extract::Extraction;
use crate::payload::UnixSeconds;
use crate::signature::{Directory, DirectoryKey, SignatureCheck, Standing, TrustStore};

pub use record::{OfPicture, RecordCheck, chain_unchecked, check_record};
pub use words::Language;

/// What a picture turned out to be, weakest first. Absence of a mark never means "not made by AI".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Verdict {
    /// No mark found.
    None,
    /// A mark is there; what it claims may be readable, but no signed message is.
    Marked,
    /// A signed message was read and no key of that id signed it.
    BadSignature,
    /// A signed message was read; no directory at hand lists a key for it that was valid when it was stamped.
    UnknownIssuer,
    /// The signature holds under a key that a directory lists as valid for the time of stamping, but the message was made for another
    /// picture.
    Transplanted,
    /// Signature and key hold, and a part of the picture was replaced or drawn over since.
    Altered,
    /// The signature holds under a key that a directory lists as valid for the time of stamping, and nothing speaks against the picture.
    Verified,
}

impl Verdict {
    /// The verdict's name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Marked => "marked",
            Self::BadSignature => "bad-signature",
            Self::UnknownIssuer => "unknown-issuer",
            Self::Transplanted => "transplanted",
            Self::Altered => "altered",
            Self::Verified => "verified",
        }
    }
}

/// A verdict and what it rests on.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// The conclusion.
    pub verdict: Verdict,
    /// What was read.
    pub extraction: Extraction,
    /// The signature's check, when there was a signed message.
    pub signature: Option<SignatureCheck<'a>>,
    /// Every entry of the directories at hand for the key id that the beacon names: a pointer, not a proof.
    pub listed: Vec<(&'a Directory, &'a DirectoryKey)>,
    /// When it is judged, by the caller's clock; `None` where the caller has none.
    pub now: Option<UnixSeconds>,
}

/// How far clocks may be apart before a stated time is said to lie in the future, seconds.
const CLOCK_TOLERANCE_S: u32 = 600;

impl<'a> Report<'a> {
    /// The entry that decided whether the signing key counted; `None` when no signature holds.
    pub fn standing(&self) -> Option<Standing<'a>> {
        self.signature.as_ref().and_then(SignatureCheck::standing)
    }

    /// The same, judged at a time by the caller's clock.
    #[must_use]
    pub fn at(self, now: UnixSeconds) -> Self {
        Self { now: Some(now), ..self }
    }

    /// Whether the message states a time that had not come yet when it was judged; `None` without a message or a clock.
    pub fn is_of_the_future(&self) -> Option<bool> {
        let stated = self.extraction.payload()?.seal.unverified_claims.time;
        Some(stated.0 > self.now?.0.saturating_add(CLOCK_TOLERANCE_S))
    }
}

/// Judges what was read by the directories at hand.
pub fn judge(extraction: Extraction, trust: &TrustStore) -> Report<'_> {
    let signature = extraction.payload().map(|payload| trust.check(&payload));
    let verdict = match &signature {
        Some(check @ SignatureCheck::Valid { .. }) => match check.standing() {
            Some(standing) if standing.counts() => of_picture(&extraction),
            _ => Verdict::UnknownIssuer,
        },
        Some(SignatureCheck::BadSignature { .. }) => Verdict::BadSignature,
        Some(SignatureCheck::UnknownIssuer { .. }) => Verdict::UnknownIssuer,
        None if extraction.is_marked() => Verdict::Marked,
        None => Verdict::None,
    };
    let listed = extraction.beacon.map(|beacon| trust.lookup(beacon.key_id).collect()).unwrap_or_default();
    Report { verdict, extraction, signature, listed, now: None }
}

/// The verdict on a picture whose message and key hold.
pub(crate) fn of_picture(extraction: &Extraction) -> Verdict {
    let differs = extraction.content.is_some_and(|content| content.comparison == Comparison::Differs);
    let altered = extraction.edit_map.as_ref().is_some_and(|map| !map.regions().is_empty());
    match (differs, altered) {
        (true, _) => Verdict::Transplanted,
        (_, true) => Verdict::Altered,
        _ => Verdict::Verified,
    }
}

#[cfg(test)]
mod tests;
