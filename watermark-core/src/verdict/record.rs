//! A stamper's record of a stamp, held against the beacon that survived in a picture.
//!
//! The beacon names key and serial; a ledger may hold the whole signed payload under them. Its signature is checked like one
//! from the pixels, and the picture is compared with its content hash. What stays unsigned is the way from the picture to the record:
//! anybody can write a beacon, into a near-duplicate too, so the verdict on the picture remains what its own pixels earn.

use super::Language;
use super::particle::{SUBJECT, with, with_hex};
use crate::content::{Comparison, Content};
use crate::extract::Extraction;
use crate::payload::{Beacon, Payload};
use crate::raster::Raster;
use crate::signature::{KeyStatus, SignatureCheck, Standing, TrustStore, verify};

/// What a record is worth for a picture.
#[derive(Clone, Debug)]
pub struct RecordCheck<'a> {
    /// The record's own signature.
    pub signature: SignatureCheck<'a>,
    /// Whether picture and record state the same in every field of the beacon.
    pub same_beacon: bool,
    /// How the picture compares with the record's content hash; `None` before [`Self::compare`], where the record is bound to no picture, and
    /// where the picture's geometry is not known.
    pub content: Option<Content>,
    /// The picture holds a seal of its own, and it is not the recorded one.
    pub other_stamp: bool,
    /// That seal is signed by the record's own key all the same.
    pub same_signer: bool,
    record: Payload,
}

/// Whether a record is of the picture at hand, by the record's content hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfPicture {
    /// The picture shows what was stamped, as far as 144 bits tell.
    Agrees,
    /// The record was made for another picture.
    Differs,
    /// Too little is shown, the record is bound to no picture, or none was looked at.
    CannotBeJudged,
}

impl OfPicture {
    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Differs => "differs",
            Self::CannotBeJudged => "cannot-be-judged",
        }
    }
}

/// Checks the recorded payload, and the picture's beacon against it.
pub fn check_record<'a>(beacon: &Beacon, record: &Payload, trust: &'a TrustStore) -> RecordCheck<'a> {
    RecordCheck {
        signature: trust.check(record),
        same_beacon: *beacon == record.beacon,
        content: None,
        other_stamp: false,
        same_signer: false,
        record: *record,
    }
}

/// The reservation that goes with every record found by looking it up: it was checked by itself, the file that it stands in was not.
///
/// The command in it names `ledger` so that a shell takes it for one word.
pub fn chain_unchecked(language: Language, ledger: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@%+,".contains(c);
    let mut ledger = if ledger.starts_with('-') { format!("./{ledger}") } else { ledger.to_owned() };
    if !ledger.chars().all(plain) {
        ledger = format!("'{}'", ledger.replace('\'', r"'\''"));
    }
    language.choose(
        format!(
            "The record was checked by itself, the chain of the ledger was not: `watermark ledger verify {ledger}` tells whether records were \
             changed or taken out."
        ),
        format!(
            "기록 자체만 확인하였으며, 원장의 사슬은 확인하지 않았습니다. 바뀌거나 빠진 기록이 있는지는 `watermark ledger verify {ledger}` \
             명령으로 확인하십시오."
        ),
    )
}

impl<'a> RecordCheck<'a> {
    /// The entry that decided whether the record's key counted; `None` when no signature holds.
    pub fn standing(&self) -> Option<Standing<'a>> {
        self.signature.standing()
    }

    /// The reservation that goes with a record whose key was revoked after its time.
    pub fn revocation(&self, language: Language) -> Option<String> {
        let later = |standing: &Standing<'_>| !matches!(standing.status, KeyStatus::Revoked { .. });
        self.standing().filter(later)?.revocation(language)
    }

    /// The same, with the picture `received`, of which `extraction` is what was read, held against the record's content hash.
    #[must_use]
    pub fn compare(self, extraction: &Extraction, received: &Raster) -> Self {
        let content = extraction.compare(received, &self.record.seal.unverified_claims);
        let other = extraction.payload().filter(|payload| *payload != self.record);
        let same_signer = match (&other, &self.signature) {
            (Some(other), SignatureCheck::Valid { authenticated, .. }) => {
                verify(other, authenticated.public_key()).is_ok()
            }
            _ => false,
        };
        Self { content, other_stamp: other.is_some(), same_signer, ..self }
    }

    /// Whether the record is of the picture, by its content hash.
    pub fn of_picture(&self) -> OfPicture {
        match self.content.map(|content| content.comparison) {
            Some(Comparison::Matches) => OfPicture::Agrees,
            Some(Comparison::Differs) => OfPicture::Differs,
            Some(Comparison::TooLittle) | None => OfPicture::CannotBeJudged,
        }
    }

    /// Whether the record is signed by a key that counted at its time, agrees with what the picture's mark states, and is of no other picture.
    pub fn holds(&self) -> bool {
        self.same_beacon && !self.other_stamp && self.is_signed() && self.of_picture() != OfPicture::Differs
    }

    fn is_signed(&self) -> bool {
        self.standing().is_some_and(|standing| standing.counts())
    }

    /// What the record says when it holds, where nothing depends on the way from a picture to it: the picture's own signature holds, or no
    /// picture was looked at.
    pub fn statement(&self, language: Language) -> Option<String> {
        let Payload { beacon, seal } = &self.record;
        let (serial, time) = (beacon.serial, seal.unverified_claims.time);
        let name = language.name_of(self.standing().filter(|_| self.holds())?.directory);
        Some(match language {
            Language::English => {
                format!("The ledger holds the signed record of serial {serial}: {name} stamped it at {time}.")
            }
            Language::Korean => {
                let name = with(name, SUBJECT);
                format!("원장에 일련번호 {serial}의 서명된 기록이 있습니다: {name} {time}에 표식을 넣었습니다.")
            }
        })
    }

    /// What it comes to for a picture of which the beacon alone is left, in one sentence.
    pub fn sentence(&self, language: Language) -> String {
        let Payload { beacon, seal } = &self.record;
        let (serial, time) = (beacon.serial, seal.unverified_claims.time);
        let name = self.standing().map(|standing| language.name_of(standing.directory).to_owned()).unwrap_or_default();
        let (english, korean) = if self.same_signer && self.is_signed() {
            (
                format!(
                    "The ledger's record of serial {serial} is of another stamp than the one in the picture: the serial was used twice."
                ),
                format!(
                    "원장에 있는 일련번호 {serial}의 기록은 이미지에 있는 것과 다른 표식에 대한 것입니다. 일련번호가 두 번 쓰였습니다."
                ),
            )
        } else if !self.same_beacon {
            (
                format!(
                    "The ledger's record of serial {serial} states otherwise than the picture: the mark was forged, or stamped over."
                ),
                format!(
                    "원장에 있는 일련번호 {serial}의 기록이 이미지의 표식과 다릅니다. 표식이 위조되었거나 덧씌워졌습니다."
                ),
            )
        } else if self.other_stamp && self.is_signed() {
            (
                format!(
                    "The message in the picture is not the one that the ledger's record of serial {serial} holds, and the record's key did not \
                     sign it: anybody could have written it."
                ),
                format!(
                    "이미지에 있는 내용은 원장에 있는 일련번호 {serial}의 기록과 다르며, 그 기록의 키로 서명되지도 않았습니다. 누구나 그렇게 \
                     써 넣을 수 있습니다."
                ),
            )
        } else if self.is_signed() {
            let (english, korean) = match self.of_picture() {
                OfPicture::Agrees => (
                    "The picture agrees with the content hash in it. The mark left in the picture is not signed, so a near-duplicate into \
                     which it was copied would look the same.",
                    "이미지는 그 기록의 내용 해시와 일치합니다. 다만 이미지에 남은 표식은 서명되지 않았으므로, 표식을 베껴 넣은 거의 같은 \
                     이미지도 똑같이 보입니다.",
                ),
                OfPicture::Differs => (
                    "But the picture differs from the content hash in it: the record is of another picture, and the mark was copied \
                     into this one.",
                    "그러나 이미지가 그 기록의 내용 해시와 다릅니다. 기록은 다른 이미지에 대한 것이며, 표식은 이 이미지로 베껴진 것입니다.",
                ),
                OfPicture::CannotBeJudged => (
                    "Whether it is of this picture cannot be judged by a content hash. The mark left in the picture is not signed and \
                     could have been copied, so compare the picture with the record.",
                    "내용 해시로는 이 이미지에 대한 기록인지 판단할 수 없습니다. 이미지에 남은 표식은 서명되지 않아 베껴졌을 수 있으므로, \
                     이미지를 기록과 대조하십시오.",
                ),
            };
            (
                format!(
                    "The ledger holds the signed record of serial {serial}: {name} stamped it at {time}. {english}"
                ),
                format!(
                    "원장에 일련번호 {serial}의 서명된 기록이 있습니다: {} {time}에 표식을 넣었습니다. {korean}",
                    with(&name, SUBJECT)
                ),
            )
        } else {
            match &self.signature {
                SignatureCheck::Valid { .. } => (
                    format!(
                        "The ledger's record of serial {serial} is signed with a key of {name} that did not count at the stated time, {time}."
                    ),
                    format!(
                        "원장에 있는 일련번호 {serial}의 기록은 그 기록에 적힌 시각({time})에 효력이 없던 {name}의 키로 서명되었습니다."
                    ),
                ),
                SignatureCheck::BadSignature { .. } => (
                    format!(
                        "The ledger's record of serial {serial} was not signed by any listed key of its id: do not believe it."
                    ),
                    format!("원장에 있는 일련번호 {serial}의 기록은 등록된 어느 키의 서명도 아닙니다. 믿지 마십시오."),
                ),
                SignatureCheck::UnknownIssuer { claimed } => (
                    format!(
                        "The ledger holds a record of serial {serial}, but no trusted directory lists its key {claimed}."
                    ),
                    format!(
                        "원장에 일련번호 {serial}의 기록이 있으나, 신뢰하는 어느 키 목록에도 그 키 {} 없습니다.",
                        with_hex(&claimed.to_string(), SUBJECT)
                    ),
                ),
            }
        };
        language.choose(english, korean)
    }
}
