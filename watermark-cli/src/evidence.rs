//! What a verdict rests on, in words: a label and a text for each kind of evidence, English and Korean.

use std::fmt::Write as _;

use watermark_core::Language;
use watermark_report::{
    BeaconFacts, C2paFacts, ContentFacts, CorrectionFacts, DetectionFacts, LedgerFacts, PayloadFacts, Record,
    RecordFacts, RegionFacts, SignatureFacts,
};

/// One kind of evidence: its label in English, and what it says in the language asked for. The text holds whatever files and
/// directories state.
pub(crate) fn facts(record: &Record, language: Language) -> Vec<(&'static str, String)> {
    let l = language;
    let signed = if record.signature.valid == Some(true) { "states" } else { "claims" };
    let all = [
        (signed, record.beacon.decoded.then(|| statement(&record.beacon, l))),
        ("stamped", record.payload.as_ref().map(|payload| stamping(payload, l))),
        ("key", key_line(&record.signature, l)),
        (
            "content",
            record.content.as_ref().map(|content| comparison(content, record.signature.valid == Some(true), l)),
        ),
        ("changed", changed_line(&record.regions, l)),
        ("evidence", record.detection.as_ref().map(|detection| odds(detection, l))),
        ("code", code_line(record, l)),
        ("geometry", geometry(record, l)),
        ("unread", record.unreadable.as_ref().map(|why| unread(why, l))),
        ("ledger", record.ledger.as_ref().map(|ledger| ledger_line(ledger, l))),
        ("c2pa", record.c2pa.as_ref().and_then(|manifest| manifest_line(manifest, l))),
    ];
    all.into_iter().filter_map(|(label, text)| Some((label, text?))).collect()
}

/// A label in Korean.
pub(crate) fn label_in_korean(label: &str) -> &'static str {
    match label {
        "states" => "서명된 내용",
        "claims" => "주장",
        "stamped" => "표식 시각·크기",
        "key" => "키",
        "content" => "내용 비교",
        "changed" => "바뀐 부분",
        "evidence" => "검출 근거",
        "code" => "오류 정정",
        "geometry" => "변형",
        "unread" => "해석 불가",
        "ledger" => "원장",
        "c2pa" => "C2PA 매니페스트",
        _ => "",
    }
}

/// An origin's name in words.
pub(crate) fn origin_words(origin: Option<&str>, language: Language) -> &'static str {
    let (english, korean) = match origin {
        Some("generated") => ("AI-generated", "AI로 생성됨"),
        Some("altered") => ("altered with AI", "AI로 변경됨"),
        Some("possible") => ("possibly AI-generated or altered", "AI로 생성 또는 변경되었을 수 있음(확인되지 않음)"),
        _ => ("of an origin this version does not know", "이 버전이 모르는 유형"),
    };
    language.choose(english, korean)
}

/// Whether a key counted at the stated time, by the status' name in reports.
pub(crate) fn key_status(status: &str, at: Option<&str>, language: Language) -> String {
    let at = at.unwrap_or_default();
    let (english, korean) = match status {
        "valid" => ("valid for the time of stamping".to_owned(), "표식에 적힌 시각에 유효".to_owned()),
        "revoked-later" => {
            (format!("valid for the stated time, revoked at {at}"), format!("표식에 적힌 시각에는 유효, {at}에 폐지됨"))
        }
        "revoked" => (format!("revoked ({at})"), format!("{at}에 폐지됨")),
        "expired" => (format!("expired ({at})"), format!("{at}까지만 유효")),
        "not-yet-valid" => (format!("not yet valid ({at})"), format!("{at}부터 유효")),
        _ => ("of a standing this version does not know".to_owned(), "이 버전이 모르는 상태".to_owned()),
    };
    language.choose(english, korean)
}

fn statement(beacon: &BeaconFacts, l: Language) -> String {
    let mut text = origin_words(beacon.origin.as_deref(), l).to_owned();
    if beacon.realistic == Some(true) {
        text += l.choose(", realistic", ", 실제로 오인할 수 있음");
    }
    if beacon.artistic == Some(true) {
        text += l.choose(", artistic", ", 명백한 예술·창작물");
    }
    let (key, serial) = (beacon.key_id.as_deref().unwrap_or("?"), beacon.serial.unwrap_or_default());
    text + &l.choose(format!("; key {key}, serial {serial}"), format!("; 키 {key}, 일련번호 {serial}"))
}

fn stamping(payload: &PayloadFacts, l: Language) -> String {
    let mut text = format!("{}, {} x {} px", payload.time, payload.width, payload.height);
    text += &match &payload.system {
        None => l.choose(", no system named", ", 시스템 이름 없음").to_owned(),
        Some(system) => {
            let words = system.words.in_language(l);
            // Korean sentences name what it is; without a name the words do so themselves.
            let what = if system.names.is_empty() { "" } else { "시스템 " };
            l.choose(format!(", by {words}"), format!(", {what}{words}"))
        }
    };
    if !payload.authenticated {
        text += l.choose(" (claimed)", "(주장)");
    }
    text
}

fn key_line(signature: &SignatureFacts, l: Language) -> Option<String> {
    let issuer = signature.issuer.as_ref()?;
    let key = signature.key.as_deref()?;
    let status = key_status(signature.key_status?, signature.key_status_at.as_deref(), l);
    let both = issuer.name_ko.as_ref().map(|name_ko| l.choose((&issuer.name, name_ko), (name_ko, &issuer.name)));
    let names = both.map_or_else(|| issuer.name.clone(), |(first, second)| format!("{first} ({second})"));
    Some(l.choose(format!("{key} of {names}, {status}"), format!("{names}의 키 {key}, {status}")))
}

fn comparison(content: &ContentFacts, signed: bool, l: Language) -> String {
    let (disagreement, bits, shown) = (100.0 * content.disagreement, content.effective_bits, 100.0 * content.shown);
    let (english, korean) = match content.comparison {
        "matches" if signed => ("agrees with the signed content hash", "서명된 내용 해시와 일치"),
        "matches" => ("agrees with the content hash that is stated", "주장된 내용 해시와 일치"),
        "differs" => ("another picture than the one that was stamped", "표식을 넣은 것과 다른 이미지"),
        _ => (
            "too little to tell whether it is the picture that was stamped",
            "너무 적어 표식을 넣은 이미지인지 판단할 수 없음",
        ),
    };
    l.choose(
        format!(
            "{disagreement:.0} % of the weighted content bits disagree, of {bits:.0} over {shown:.0} % of the stamped picture: {english}"
        ),
        format!(
            "표식을 넣은 이미지의 {shown:.0} %에 걸친 내용 비트 {bits:.0}개 중 {disagreement:.0} %(가중치 적용)가 불일치: {korean}"
        ),
    )
}

fn changed_line(regions: &[RegionFacts], l: Language) -> Option<String> {
    let one = |region: &RegionFacts| {
        let RegionFacts { x, y, width, height, .. } = region;
        let (percent, differs) = (100.0 * region.share, region.cause == "content-differs");
        let (english, korean) = if differs {
            ("the signed content hash says that it looked otherwise", "서명된 내용 해시에 따르면 다른 모습이었음")
        } else {
            ("the mark is missing", "표식이 없음")
        };
        l.choose(
            format!("{width} x {height} px at {x}, {y} ({percent:.1} % of the picture): {english}"),
            format!("가로 {x}, 세로 {y}에서 {width} x {height} px(이미지의 {percent:.1} %): {korean}"),
        )
    };
    (!regions.is_empty()).then(|| regions.iter().map(one).collect::<Vec<_>>().join("; "))
}

fn odds(detection: &DetectionFacts, l: Language) -> String {
    let DetectionFacts { statistic, threshold, log10_p, candidates, .. } = detection;
    l.choose(
        format!(
            "detection statistic {statistic:.1}, threshold {threshold:.1}; by chance with probability 10^{log10_p:.1} ({candidates} \
             candidates counted)"
        ),
        format!(
            "검출 통계량 {statistic:.1}, 임계값 {threshold:.1}; 우연히 이렇게 될 확률 10^{log10_p:.1}(살펴본 후보 {candidates}개 반영)"
        ),
    )
}

fn code_line(record: &Record, l: Language) -> Option<String> {
    let part = |name: &str, work: &CorrectionFacts| {
        let CorrectionFacts { corrected, erased, length } = work;
        l.choose(
            format!("{name} {corrected} of {length} bits corrected, {erased} without a carrier"),
            format!("{name} {length}비트 중 {corrected}비트 정정, {erased}비트는 이미지에 실리지 않음"),
        )
    };
    let parts = [
        (l.choose("seal", "서명된 메시지"), &record.code.seal),
        (l.choose("beacon", "짧은 메시지"), &record.code.beacon),
    ];
    let texts: Vec<_> = parts.iter().filter_map(|(name, work)| work.as_ref().map(|work| part(name, work))).collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}

/// What was done to the picture's geometry, nothing when it was not moved.
fn geometry(record: &Record, l: Language) -> Option<String> {
    let r = record.registration.as_ref()?;
    let percent = |v: f64| (v * 100.0).round();
    let mut said = Vec::new();
    if let Some(shown) = r.crop.shown.filter(|s| *s < 0.995).map(percent) {
        said.push(
            l.choose(format!("shows {shown} % of the stamped image"), format!("표식을 넣은 이미지의 {shown} %가 보임")),
        );
    }
    if r.inverted {
        said.push(l.choose("tones inverted (a negative)", "명암 반전(음화)").to_owned());
    }
    if (r.growth_x, r.growth_y) != (0.0, 0.0) {
        let [x, y] = [r.growth_x, r.growth_y].map(|growth| percent(1.0 + growth));
        said.push(l.choose(
            format!("seen at an angle (its right edge at {x} % of the left one's scale, its lower edge at {y} % of the upper one's)"),
            format!("비스듬히 보임(오른쪽 가장자리의 배율은 왼쪽의 {x} %, 아래쪽은 위쪽의 {y} %)"),
        ));
    }
    if r.mirrored {
        said.push(l.choose("mirrored", "좌우 반전").to_owned());
    }
    if r.rotation_deg.abs() > 0.05 {
        let way = if r.rotation_deg > 0.0 {
            l.choose("clockwise", "시계 방향")
        } else {
            l.choose("counter-clockwise", "시계 반대 방향")
        };
        let degrees = r.rotation_deg.abs();
        said.push(l.choose(format!("rotated {degrees:.1} degrees {way}"), format!("{way}으로 {degrees:.1}도 회전")));
    }
    if (r.scale_x - r.scale_y).abs() > 0.005 * r.scale_x {
        let (x, y) = (percent(r.scale_x), percent(r.scale_y));
        said.push(l.choose(
            format!("at {x} % of its width and {y} % of its height"),
            format!("너비 {x} %, 높이 {y} %로 조정"),
        ));
    } else if (r.scale_x - 1.0).abs() > 0.004 {
        let scale = percent(r.scale_x);
        said.push(l.choose(format!("at {scale} % size"), format!("{scale} % 크기")));
    }
    let (x, y) = (r.crop.offset_x, r.crop.offset_y);
    if said.is_empty() && (x, y) != (0.0, 0.0) {
        said.push(l.choose(
            format!("begins {x:.1}, {y:.1} px into the mark's tile"),
            format!("위치: 표식 격자의 기준점에서 가로 {x:.1}, 세로 {y:.1} px"),
        ));
    }
    (!said.is_empty()).then(|| said.join(", "))
}

/// The reason is the program's own and exists in English alone.
fn unread(why: &str, l: Language) -> String {
    l.choose(why.to_owned(), format!("이 버전이 해석할 수 없는 내용: {why}"))
}

fn ledger_line(ledger: &LedgerFacts, l: Language) -> String {
    let file = &ledger.file;
    if let Some(error) = &ledger.error {
        return l.choose(error.clone(), format!("원장을 읽을 수 없음: {error}"));
    }
    let one = |record: &RecordFacts| {
        let mut text = l.choose(
            format!("record {} of {file}, stamped {}", record.n, record.time),
            format!("{file}의 기록 {}, {}의 표식", record.n, record.time),
        );
        if let Some(system) = &record.system {
            text += &l.choose(format!(" by {system}"), format!("(시스템 {system})"));
        }
        text += match record.picture {
            "agrees" => l.choose("; the picture agrees with its content hash", "; 이미지가 그 내용 해시와 일치"),
            "differs" => l.choose("; the picture differs from its content hash", "; 이미지가 그 내용 해시와 다름"),
            _ => l.choose(
                "; whether it is of this picture cannot be judged",
                "; 이 이미지에 대한 기록인지 판단할 수 없음",
            ),
        };
        if let Some(which) = record.this_file {
            let korean = if which == "output" { "결과 파일" } else { "원본 파일" };
            text += &l.choose(
                format!(", and this file is the recorded {which}, byte for byte"),
                format!(", 이 파일은 기록된 {korean}과 한 바이트도 다르지 않음"),
            );
        }
        text
    };
    if ledger.records.is_empty() {
        return l.choose(
            format!("no record of this key and serial in {file}"),
            format!("{file}에 이 키와 일련번호의 기록이 없음"),
        );
    }
    ledger.records.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// What the manifest states and whether it holds, nothing where there is none.
fn manifest_line(manifest: &C2paFacts, l: Language) -> Option<String> {
    if !manifest.present {
        return None;
    }
    let Some(valid) = manifest.valid else {
        let unbuilt = l.choose("this program was built without C2PA", "이 프로그램에는 C2PA 기능이 없음");
        let why = manifest.error.as_deref().unwrap_or(unbuilt);
        return Some(l.choose(
            format!("a manifest is there, but not read: {why}"),
            format!("매니페스트가 있으나 읽지 않음: {why}"),
        ));
    };
    let signer = manifest.signer.as_deref().unwrap_or(l.choose("an unnamed signer", "이름 없는 서명자"));
    let mut text = if valid {
        l.choose(format!("manifest valid, signed by {signer}"), format!("매니페스트 유효, 서명자 {signer}"))
    } else {
        l.choose(format!("manifest NOT valid, signed by {signer}"), format!("매니페스트 무효, 서명자 {signer}"))
    };
    if let Some(issuer) = &manifest.issuer {
        let trusted = match manifest.trusted {
            None => l.choose(", not checked against a trust list", ", 신뢰 목록과 대조하지 않음"),
            Some(true) => l.choose(", trusted", ", 신뢰함"),
            Some(false) => l.choose(", not trusted", ", 신뢰하지 않음"),
        };
        text += &l.choose(format!(" (certificate of {issuer}{trusted})"), format!("({issuer}의 인증서{trusted})"));
    }
    if let Some(binding) = &manifest.soft_binding {
        let value = &binding.value;
        text += &l.choose(format!("; names the mark {value}"), format!("; 가리키는 표식 {value}"));
    }
    if let Some(source) = manifest.digital_source_type.as_deref().and_then(|address| address.rsplit('/').next()) {
        text += &l.choose(format!("; source type {source}"), format!("; 출처 유형 {source}"));
    }
    for (label, values) in
        [(l.choose("actions", "작업"), &manifest.actions), (l.choose("problems", "문제"), &manifest.problems)]
    {
        if !values.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(text, "; {label}: {}", values.join(", "));
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use watermark_report::{Issuer, Timing};

    use super::*;

    #[test]
    fn every_label_and_text_has_its_korean() {
        let mut record = Record::of_error("a.png", String::new(), None, Timing::default());
        record.beacon.decoded = true;
        record.beacon.origin = Some("altered".to_owned());
        record.beacon.realistic = Some(true);
        record.signature = SignatureFacts {
            key: Some("a1b2c3".to_owned()),
            issuer: Some(Issuer {
                name: "Example".to_owned(),
                name_ko: Some("예시".to_owned()),
                contact: None,
                url: None,
            }),
            key_status: Some("revoked"),
            key_status_at: Some("2026-01-01T00:00:00Z".to_owned()),
            ..SignatureFacts::default()
        };
        record.detection = Some(DetectionFacts {
            significant: true,
            statistic: 30.25,
            threshold: 5.5,
            log10_p: -90.0,
            candidates: 12,
        });
        record.code.seal = Some(CorrectionFacts { corrected: 3, erased: 4, length: 4096 });
        record.unreadable = Some("reserved bits".to_owned());
        record.ledger = Some(LedgerFacts { file: "l.jsonl".to_owned(), records: Vec::new(), error: None });
        record.c2pa = Some(C2paFacts { present: true, ..C2paFacts::default() });
        let (english, korean) = (facts(&record, Language::English), facts(&record, Language::Korean));
        assert_eq!(english.len(), 7);
        assert!(english.iter().zip(&korean).all(|(en, ko)| en.0 == ko.0), "{english:?}\n{korean:?}");
        let hangul = |text: &str| text.chars().any(|c| ('가'..='힣').contains(&c));
        for ((label, en), (_, ko)) in english.iter().zip(&korean) {
            assert!(hangul(label_in_korean(label)) && hangul(ko), "{label}: {ko}");
            assert!(!hangul(&en.replace("예시", "")), "{label}: {en}");
        }
        let key = |facts: &[(&str, String)]| facts.iter().find(|(label, _)| *label == "key").unwrap().1.clone();
        assert_eq!(key(&english), "a1b2c3 of Example (예시), revoked (2026-01-01T00:00:00Z)");
        assert_eq!(key(&korean), "예시 (Example)의 키 a1b2c3, 2026-01-01T00:00:00Z에 폐지됨");
    }
}
