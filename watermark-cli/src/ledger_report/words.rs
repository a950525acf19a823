//! The page's words, in both languages.

use crate::args::Lang;
use crate::ledger::Doubts;
use crate::terminal::counted;

/// A text in the language asked for.
pub(super) const fn pick(lang: Lang, english: &'static str, korean: &'static str) -> &'static str {
    match lang {
        Lang::En => english,
        Lang::Ko => korean,
    }
}

/// What the check of the ledger found, and what it leaves open: the first thing that the page says.
pub(super) fn integrity(lang: Lang, records: u64, doubts: &Doubts) -> String {
    let Doubts { repeated, unlisted: (_, unlisted), invalid: (_, invalid) } = *doubts;
    let (chain, doubts) = match lang {
        Lang::En => (
            format!(
                "Chain intact: {}, each signed by the key that it names and chained to the one before, as was checked before this report was \
                 made.",
                counted(records, "record")
            ),
            [
                (
                    unlisted,
                    format!("{} of the period by keys that no trusted directory lists.", counted(unlisted, "record")),
                ),
                (
                    invalid,
                    format!("{} of the period by keys that did not count throughout.", counted(invalid, "record")),
                ),
                (repeated, format!("{} used more than once.", counted(repeated, "serial"))),
            ],
        ),
        Lang::Ko => (
            format!(
                "사슬이 온전합니다. 기록 {records}개가 각각 기록에 적힌 키로 서명되고 앞 기록과 사슬로 이어져 있음을 이 보고서를 만들기 전에 확인하였습니다."
            ),
            [
                (
                    unlisted,
                    format!("해당 기간의 기록 {unlisted}건은 신뢰하는 어느 키 목록에도 없는 키로 서명되었습니다."),
                ),
                (invalid, format!("해당 기간의 기록 {invalid}건은 효력에 문제가 있는 키로 서명되었습니다.")),
                (repeated, format!("중복된 일련번호가 {repeated}개 있습니다.")),
            ],
        ),
    };
    let doubts = doubts.into_iter().filter_map(|(count, words)| (count > 0).then_some(words));
    std::iter::once(chain).chain(doubts).collect::<Vec<_>>().join(" ")
}

/// What a layer is, for people who do not know the program.
pub(super) fn layer(lang: Lang, layer: &str) -> &'static str {
    match layer {
        "badge" => pick(lang, "label that people see", "사람이 볼 수 있는 표시"),
        "mark" => pick(lang, "invisible mark in the pixels", "픽셀에 넣은 보이지 않는 표식"),
        "metadata" => pick(lang, "metadata in the file", "파일의 메타데이터"),
        "c2pa" => pick(lang, "C2PA manifest", "C2PA 매니페스트"),
        _ => "",
    }
}

/// How a picture came to be.
pub(super) fn origin(lang: Lang, origin: &str) -> &'static str {
    match origin {
        "generated" => pick(lang, "made by a generative system", "생성형 인공지능이 만듦"),
        "altered" => {
            pick(lang, "an existing picture, substantially altered", "기존 이미지를 생성형 인공지능이 크게 바꿈")
        }
        "possible" => {
            pick(lang, "possibly either; the stamper did not know", "생성 또는 변경되었을 수 있음(확인되지 않음)")
        }
        _ => "",
    }
}

/// What a mark holds.
pub(super) fn mark(lang: Lang, mark: &str) -> &'static str {
    match mark {
        "sealed" => pick(lang, "with the signature in the pixels", "서명이 픽셀에 들어 있음"),
        "beacon-only" => {
            pick(lang, "no room for the signature; this ledger holds it", "서명이 들어갈 자리가 없어 이 원장에만 있음")
        }
        _ => "",
    }
}

/// What the numbers do not say.
pub(super) const fn limits(lang: Lang) -> [&'static str; 4] {
    match lang {
        Lang::En => [
            "The numbers are what the program recorded when it stamped. A picture that was never stamped is not in them.",
            "A notice is named where one was owed with the file. Whether it was given lies outside the files and this ledger.",
            "Exemptions are the words of whoever stamped. Nobody has judged them here.",
            "The chain shows changed, replaced and missing records. Records cut off at its end show only against a head noted earlier in \
             another place. Times are those that the stamps state. This report does not say that anybody complies with a law.",
        ],
        Lang::Ko => [
            "수치는 프로그램이 표식을 넣을 때 기록한 것입니다. 표식을 넣지 않은 이미지는 포함되지 않습니다.",
            "파일과 함께 제공하여야 하는 안내 문구를 적었습니다. 실제로 제공하였는지는 파일이나 이 원장으로 확인할 수 없습니다.",
            "예외 사유는 표식을 넣은 사람이 적은 그대로이며, 여기서 그 타당성을 판단하지 않았습니다.",
            "기록의 변경·교체·누락은 사슬에서 드러나지만, 끝부분이 잘려 나간 것은 다른 곳에 미리 적어 둔 머리값과 비교해야만 드러납니다. 시각은 표식에 적힌 \
             시각입니다. 이 보고서는 법 준수 여부를 보증하지 않습니다.",
        ],
    }
}
