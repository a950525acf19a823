//! Where manifest and mark contradict each other. Each is judged by itself first; nothing here changes either verdict.

use watermark_core::payload::{Beacon, Origin};
use watermark_core::{Extraction, Language};
use watermark_report::C2paFacts;

use super::ALGORITHM;

/// Failure codes (C2PA 2.3, 15.2) that say: these are not the bytes that were signed for.
const CHANGED: [&str; 4] = [
    "assertion.dataHash.mismatch",
    "assertion.boxesHash.mismatch",
    "assertion.boxesHash.unknownBox",
    "assertion.bmffHash.mismatch",
];

/// One contradiction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Contradiction {
    /// The manifest names another mark than the pixels carry.
    SoftBinding { manifest: String, pixels: String },
    /// The manifest names a mark, the pixels carry none.
    NoMark,
    /// The mark is there, but the manifest was signed for other bytes.
    Changed,
    /// The manifest states another origin than the mark.
    SourceType { manifest: String, pixels: Origin },
}

impl Contradiction {
    /// Its code in `verify --json`.
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::SoftBinding { .. } => "soft-binding-differs",
            Self::NoMark => "mark-missing",
            Self::Changed => "file-changed",
            Self::SourceType { .. } => "source-type-differs",
        }
    }

    pub(super) fn sentence(&self, language: Language) -> String {
        match (self, language) {
            (Self::SoftBinding { manifest, pixels }, Language::Korean) => format!(
                "C2PA 매니페스트가 가리키는 표식은 {manifest}인데 화소에 있는 표식은 {pixels}입니다. 둘 중 하나는 이 이미지의 것이 아닙니다."
            ),
            (Self::SoftBinding { manifest, pixels }, _) => format!(
                "The C2PA manifest names the mark {manifest}, the pixels carry {pixels}: one of the two does not belong to this picture."
            ),
            (Self::NoMark, Language::Korean) => {
                "C2PA 매니페스트는 표식을 가리키지만 화소에서 표식을 찾지 못했습니다.".to_owned()
            }
            (Self::NoMark, _) => "The C2PA manifest names a mark, and none was found in the pixels.".to_owned(),
            (Self::Changed, Language::Korean) => {
                "표식은 남아 있으나 C2PA 매니페스트는 다른 내용의 파일에 서명한 것입니다. 서명 뒤에 파일이 바뀌었거나 매니페스트가 다른 이미지의 것입니다."
                    .to_owned()
            }
            (Self::Changed, _) => "The mark is there, but the C2PA manifest was signed for other bytes: the file was changed after that, or \
                 the manifest is another picture's."
                .to_owned(),
            (Self::SourceType { manifest, pixels }, Language::Korean) => {
                format!("C2PA 매니페스트가 밝힌 출처 유형은 {manifest}, 표식이 밝힌 것은 {pixels}입니다.")
            }
            (Self::SourceType { manifest, pixels }, _) => {
                format!("The C2PA manifest states the source type {manifest}, the mark states {pixels}.")
            }
        }
    }
}

/// Everything in which a manifest that was read and the pixels contradict each other.
pub(super) fn contradictions(facts: &C2paFacts, found: &Extraction) -> Vec<Contradiction> {
    let ours = facts.soft_binding.as_ref().filter(|binding| binding.alg.as_deref() == Some(ALGORITHM));
    let is_marked = found.detection.is_significant() || found.beacon.is_some();
    let mut all = Vec::new();
    match (ours, &found.beacon) {
        (Some(binding), Some(beacon)) if !binding.value.eq_ignore_ascii_case(&beacon.id()) => {
            all.push(Contradiction::SoftBinding { manifest: binding.value.clone(), pixels: beacon.id() });
        }
        (Some(_), None) if !is_marked => all.push(Contradiction::NoMark),
        _ => {}
    }
    if is_marked && facts.problems.iter().any(|problem| CHANGED.contains(&problem.as_str())) {
        all.push(Contradiction::Changed);
    }
    if let (Some(stated), Some(Beacon { origin, .. })) = (&facts.digital_source_type, &found.beacon)
        && source_type(*origin).is_some_and(|expected| expected != short(stated))
    {
        all.push(Contradiction::SourceType { manifest: short(stated).to_owned(), pixels: *origin });
    }
    all
}

/// IPTC's name for an origin; none where the stamper did not know.
pub(super) const fn source_type(origin: Origin) -> Option<&'static str> {
    match origin {
        Origin::Generated => Some("trainedAlgorithmicMedia"),
        Origin::Altered => Some("compositeWithTrainedAlgorithmicMedia"),
        Origin::Possible => None,
    }
}

/// The last part of a source type's address, which is its name.
fn short(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or(address)
}
