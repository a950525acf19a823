//! One file as it was read -> what it shows of labelling, for the clauses to be held against.

use watermark_core::signature::TrustStore;
use watermark_core::{ContentSketch, Extraction, Language};
use watermark_files::ImageFile;
use watermark_label::{BadgePlace, Evidence, Manifest, MarkFacts};
use watermark_report::{C2paFacts, Record};

/// Verdicts whose beacon counts as a statement. A signature that fails, or a mark moved from elsewhere, says nothing about
/// this picture.
const STATING: [&str; 4] = ["verified", "altered", "unknown-issuer", "marked"];

/// The evidence of a file, to be said in `language`; whether a label was seen is the caller's to add.
pub(crate) fn gather(
    record: &Record,
    extraction: &Extraction,
    file: &ImageFile,
    trust: &TrustStore,
    language: Language,
) -> Evidence {
    let beacon = extraction.beacon.filter(|_| STATING.contains(&record.verdict));
    let mark = beacon.map(|beacon| MarkFacts {
        verdict: record.verdict,
        beacon,
        time: record.payload.as_ref().map(|payload| payload.time.clone()),
    });
    let sketch = ContentSketch::of(&file.raster);
    let mut evidence = Evidence::new(mark, &sketch, file.metadata.xmp_packets(), trust, language);
    evidence.c2pa = record.c2pa.as_ref().filter(|facts| facts.present).map(manifest);
    evidence.badge_place = badge_place(&evidence, extraction, file);
    evidence
}

/// What the picture shows where the record says that the visible label was drawn.
fn badge_place(evidence: &Evidence, extraction: &Extraction, file: &ImageFile) -> Option<BadgePlace> {
    let (badge, stamped) = (evidence.badge()?, extraction.seal?.unverified_claims.size);
    let [x, y, width, height] = [badge.x, badge.y, badge.width, badge.height].map(f64::from);
    let (across, down) = (f64::from(stamped.width_px()), f64::from(stamped.height_px()));
    let place = [x / across, y / down, (x + width) / across, (y + height) / down];
    Some(BadgePlace::of(extraction.edit_map.as_ref()?.part(place, &file.raster)?))
}

fn manifest(facts: &C2paFacts) -> Manifest {
    match facts.valid {
        Some(valid) => {
            Manifest::Read { valid, signer: facts.signer.clone(), source_type: facts.digital_source_type.clone() }
        }
        None => Manifest::Unread,
    }
}
