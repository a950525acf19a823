//! A stamper's record of a stamp, held against the beacon that survived in a picture.
//!
//! The beacon names key and serial; a ledger may hold the whole signed payload under them. Its signature is checked like one
//! from the pixels. What stays unsigned is the way from the picture to the record: anybody can write a beacon, so the verdict
//! on the picture remains what its own pixels earn.

use super::Language;
use crate::payload::{Beacon, Payload};
use crate::signature::{SignatureCheck, Standing, TrustStore};

/// What a record is worth for a picture.
#[derive(Clone, Debug)]
pub struct RecordCheck<'a> {
    /// The record's own signature.
    pub signature: SignatureCheck<'a>,
    /// Whether picture and record state the same in every field of the beacon.
    pub same_beacon: bool,
    record: Payload,
}

/// Checks the recorded payload, and the picture's beacon against it.
pub fn check_record<'a>(beacon: &Beacon, record: &Payload, trust: &'a TrustStore) -> RecordCheck<'a> {
    RecordCheck { signature: trust.check(record), same_beacon: *beacon == record.beacon, record: *record }
}

impl<'a> RecordCheck<'a> {
    /// The entry that decided whether the record's key counted; `None` when no signature holds.
    pub fn standing(&self) -> Option<Standing<'a>> {
        self.signature.standing()
    }

    /// Whether the record is signed by a key that counted at its time, and agrees with the picture's beacon.
    pub fn holds(&self) -> bool {
        self.same_beacon && self.standing().is_some_and(|standing| standing.counts())
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
                format!("원장에 일련번호 {serial}의 서명된 기록이 있습니다: {name}이(가) {time}에 표시하였습니다.")
            }
        })
    }

    /// What it comes to for a picture of which the beacon alone is left, in one sentence.
    pub fn sentence(&self, language: Language) -> String {
        let Payload { beacon, seal } = &self.record;
        let (serial, time) = (beacon.serial, seal.unverified_claims.time);
        let name = self.standing().map(|standing| language.name_of(standing.directory).to_owned()).unwrap_or_default();
        let (english, korean) = if !self.same_beacon {
            (
                format!(
                    "The ledger's record of serial {serial} states otherwise than the picture: the mark was forged, or stamped over."
                ),
                format!(
                    "원장에 있는 일련번호 {serial}의 기록이 이미지의 표식과 다릅니다. 표식이 위조되었거나 덧씌워졌습니다."
                ),
            )
        } else if self.holds() {
            (
                format!(
                    "The ledger holds the signed record of serial {serial}: {name} stamped it at {time}. The mark left in the picture is \
                     not signed and could have been copied, so compare the picture with the record."
                ),
                format!(
                    "원장에 일련번호 {serial}의 서명된 기록이 있습니다: {name}이(가) {time}에 표시하였습니다. 이미지에 남은 표식은 서명되지 \
                     않아 베껴졌을 수 있으므로, 이미지를 기록과 대조하십시오."
                ),
            )
        } else {
            match &self.signature {
                SignatureCheck::Valid { .. } => (
                    format!(
                        "The ledger's record of serial {serial} is signed with a key of {name} that did not count at the stated time, {time}."
                    ),
                    format!(
                        "원장에 있는 일련번호 {serial}의 기록은 표시된 시각({time})에 효력이 없던 {name}의 키로 서명되었습니다."
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
                        "원장에 일련번호 {serial}의 기록이 있으나, 신뢰하는 어느 키 목록에도 그 키 {claimed}가 없습니다."
                    ),
                ),
            }
        };
        language.choose(english, korean)
    }
}
