//! What findings rest on and what is missing, in words: English and Korean, sentence by sentence. Names of fields and values
//! found in a file stay as they are.

use watermark_core::payload::Origin;
use watermark_core::{Content, Language};

use super::{Manifest, MarkFacts};
use crate::{Badge, ExemptionRule, LabelRecord, Need};

/// A text in the language asked for.
pub(crate) fn pick<T>(language: Language, english: T, korean: T) -> T {
    match language {
        Language::English => english,
        Language::Korean => korean,
    }
}

/// Says everything in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Words(pub(super) Language);

impl Words {
    fn pick<T>(self, english: T, korean: T) -> T {
        pick(self.0, english, korean)
    }

    /// How a picture came to be.
    fn origin(self, origin: Origin) -> &'static str {
        match origin {
            Origin::Generated => self.pick("generated", "생성"),
            Origin::Altered => self.pick("altered", "변경"),
            Origin::Possible => self.pick("possible", "불명"),
        }
    }

    fn verdict(self, verdict: &'static str) -> &'static str {
        let korean = match verdict {
            "verified" => "확인됨",
            "altered" => "일부 변경됨",
            "unknown-issuer" => "서명자를 알 수 없음",
            _ => "서명은 읽지 못함",
        };
        self.pick(verdict, korean)
    }

    /// A comparison in numbers.
    fn compared(self, content: &Content) -> String {
        let (disagreement, bits) = (100.0 * content.disagreement, content.effective_bits);
        self.pick(
            format!("{disagreement:.0} % of {bits:.0} weighted bits disagree"),
            format!("가중 비트 {bits:.0}개 중 {disagreement:.0} % 불일치"),
        )
    }

    pub(super) fn mark(self, mark: &MarkFacts) -> String {
        let (verdict, origin, id) = (self.verdict(mark.verdict), self.origin(mark.beacon.origin), mark.beacon.id());
        self.pick(
            format!("mark: {verdict}, states {origin}, id {id}"),
            format!("표식: {verdict}, 출처 {origin}, 식별자 {id}"),
        )
    }

    /// A value that the mark states.
    pub(super) fn by_mark(self, value: &str) -> String {
        self.pick(format!("mark: {value}"), format!("표식: {value}"))
    }

    /// A value that the metadata state.
    pub(super) fn by_metadata(self, value: &str) -> String {
        self.pick(format!("metadata: {value}"), format!("메타데이터: {value}"))
    }

    pub(super) fn origin_by_mark(self, origin: Origin) -> String {
        self.by_mark(self.origin(origin))
    }

    pub(super) fn origin_by_record(self, origin: Origin) -> String {
        let origin = self.origin(origin);
        self.pick(format!("metadata: the record states {origin}"), format!("메타데이터: 기록이 밝힌 출처 {origin}"))
    }

    pub(super) fn record(self, record: &LabelRecord, issuer: Option<&str>, content: Option<&Content>) -> String {
        let key = record.public_key.key_id();
        match self.0 {
            Language::English => {
                let whose = issuer.map_or("of nobody you trust".to_owned(), |name| format!("of {name}"));
                let to = content.map_or("it names the mark in the pixels".to_owned(), |content| {
                    format!("its content hash agrees with the picture ({})", self.compared(content))
                });
                format!("metadata: the record's signature holds under key {key} {whose}, and {to}")
            }
            Language::Korean => {
                let whose =
                    issuer.map_or("신뢰하는 목록에 없는 키".to_owned(), |name| format!("{name}의 키"));
                let to = content.map_or("화소의 표식과 같은 식별자임".to_owned(), |content| {
                    format!("내용 해시가 이미지와 일치함({})", self.compared(content))
                });
                format!("메타데이터: 기록의 서명이 키 {key}({whose})로 확인되고, {to}")
            }
        }
    }

    pub(super) fn badge_seen(self) -> String {
        self.pick(
            "visible label: stated by the caller of this check",
            "눈에 보이는 표시: 확인을 실행한 사람이 보았다고 밝힘",
        )
        .to_owned()
    }

    pub(super) fn badge(self, badge: &Badge, placed: bool) -> String {
        let text = &badge.text;
        if placed {
            return self.pick(
                format!("visible label: {text:?}, stated by the record; the mark shows its place unchanged"),
                format!("눈에 보이는 표시: {text:?}, 기록에 밝혀져 있고 표식으로 보아 그 자리가 바뀌지 않았음"),
            );
        }
        self.pick(
            format!("visible label: {text:?}, stated by the record alone; no mark shows whether it is still there, so look"),
            format!("눈에 보이는 표시: {text:?}, 기록에만 밝혀져 있음. 아직 있는지 알려 줄 표식이 없으므로 직접 확인하십시오"),
        )
    }

    pub(super) fn blank(self, badge: &Badge) -> String {
        let text = &badge.text;
        self.pick(
            format!("the place of the visible label on record, {text:?}, shows nothing that could be read"),
            format!("기록에 있는 눈에 보이는 표시({text:?})의 자리에 읽을 수 있는 것이 없음"),
        )
    }

    pub(super) fn cut_off(self, badge: &Badge) -> String {
        let text = &badge.text;
        self.pick(
            format!("the place of the visible label on record, {text:?}, was cut off"),
            format!("기록에 있는 눈에 보이는 표시({text:?})의 자리가 잘려 나갔음"),
        )
    }

    pub(super) fn drawn_over(self, badge: &Badge) -> String {
        let text = &badge.text;
        self.pick(
            format!("the place of the visible label on record, {text:?}, was changed after stamping"),
            format!("기록에 있는 눈에 보이는 표시({text:?})의 자리가 표식을 넣은 뒤 변경되었음"),
        )
    }

    pub(super) fn manifest(self, signer: &str, kind: &str) -> String {
        self.pick(
            format!("c2pa: a valid manifest, signed by {signer:?}, states {kind}"),
            format!("C2PA: 유효한 매니페스트, 서명자 {signer:?}, 출처 유형 {kind}"),
        )
    }

    pub(super) fn provider(self, name: &str) -> String {
        self.pick(
            format!("metadata: the record names the provider {name:?}"),
            format!("메타데이터: 기록에 적힌 제공자 {name:?}"),
        )
    }

    pub(super) fn exemption(self, rule: &ExemptionRule, reason: &str) -> String {
        let (kind, article) = (&rule.kind, rule.article(self.0));
        self.pick(
            format!(
                "the record states an exemption, {kind} ({article}), for the reason {reason:?}; whether it holds is yours to show"
            ),
            format!("기록에 예외가 적혀 있습니다: {kind}({article}), 사유 {reason:?}. 해당하는지는 직접 증명하셔야 합니다"),
        )
    }

    /// What is needed.
    fn need(self, need: Need) -> &'static str {
        let (english, korean) = match need {
            Need::Mark => ("readable mark", "읽을 수 있는 표식"),
            Need::Metadata => ("metadata that state AI, uncontradicted", "인공지능을 밝히는, 모순 없는 메타데이터"),
            Need::SignedMetadata => ("signed record about these pixels", "이 이미지에 대한 서명된 기록"),
            Need::Badge => (
                "visible label on record, in words that count here",
                "기록에 있고 여기에서 인정되는 문구의 눈에 보이는 표시",
            ),
            Need::C2pa => ("valid C2PA manifest that states AI", "인공지능을 밝히는 유효한 C2PA 매니페스트"),
            Need::Aigc => ("well-formed AIGC label", "형식에 맞는 AIGC 표시"),
            Need::Provider => ("name of the provider", "제공자의 이름"),
            Need::System => ("name and version of the generating system", "생성 시스템의 이름과 버전"),
            Need::Time => ("time", "시각"),
            Need::Identifier => ("unique identifier", "고유 식별자"),
            Need::Origin => ("origin", "출처"),
        };
        self.pick(english, korean)
    }

    pub(super) fn lacks(self, need: Need) -> String {
        let need = self.need(need);
        self.pick(format!("no {need}"), format!("없음: {need}"))
    }

    pub(super) fn lacks_all(self, needs: &[Need]) -> String {
        let names = needs.iter().map(|need| self.need(*need)).collect::<Vec<_>>().join(", ");
        self.pick(format!("none of these was found: {names}"), format!("다음 중 어느 것도 없음: {names}"))
    }

    pub(super) fn other_words(self, badge: &Badge) -> String {
        let text = &badge.text;
        self.pick(
            format!("the visible label on record says {text:?}, not what this law asks for"),
            format!("기록에 있는 표시의 문구는 {text:?}(으)로, 이 법이 요구하는 문구가 아님"),
        )
    }

    /// Why a manifest shows nothing.
    pub(super) fn no_use(self, manifest: &Manifest) -> String {
        let (english, korean) = match manifest {
            Manifest::Unread => (
                "a C2PA manifest is there and was not read, so it shows nothing here",
                "C2PA 매니페스트가 있으나 읽지 못하여 근거가 되지 않음",
            ),
            Manifest::Read { valid: false, .. } => {
                ("the C2PA manifest is not valid", "C2PA 매니페스트가 유효하지 않음")
            }
            Manifest::Read { .. } => {
                ("the C2PA manifest does not state AI", "C2PA 매니페스트가 인공지능을 밝히지 않음")
            }
        };
        self.pick(english, korean).to_owned()
    }

    pub(super) fn merely_possible(self) -> String {
        self.pick(
            "the stamp states a possible origin, which does not say that the picture is generated or altered",
            "표식이나 기록이 밝힌 출처는 불명이며, 생성되었거나 변경되었다는 사실을 밝히지 않음",
        )
        .to_owned()
    }

    pub(super) fn unbound(self) -> String {
        self.pick(
            "the record does not count: no mark could be read, and the picture is too plain for the record's content hash, so it \
             may be another's",
            "기록은 인정되지 않음: 표식을 읽지 못했고 이미지가 너무 단조로워 기록의 내용 해시와 대조할 수 없으므로, 다른 이미지의 \
             기록일 수 있음",
        )
        .to_owned()
    }

    pub(super) fn other_mark(self) -> String {
        self.pick(
            "the record in the metadata is about another picture than the mark in the pixels",
            "메타데이터의 기록은 화소의 표식과 다른 이미지에 대한 것입니다",
        )
        .to_owned()
    }

    pub(super) fn other_content(self, content: &Content) -> String {
        let compared = self.compared(content);
        self.pick(
            format!(
                "the record in the metadata is about another picture, by its content hash ({compared}): it was copied here, or the \
                 picture was cropped or turned"
            ),
            format!(
                "메타데이터의 기록은 내용 해시로 보아 다른 이미지에 대한 것입니다({compared}). 기록이 옮겨졌거나 이미지가 잘리거나 \
                 돌려졌습니다"
            ),
        )
    }

    pub(super) fn not_ai(self, kind: &str) -> String {
        self.pick(
            format!("DigitalSourceType says {kind:?}, other layers say AI"),
            format!("DigitalSourceType은 {kind:?}(이)라고 하나 다른 층은 인공지능을 밝히고 있습니다"),
        )
    }

    pub(super) fn other_origin(self, kind: &str) -> String {
        self.pick(
            format!("DigitalSourceType says {kind:?}, mark or record state another origin"),
            format!("DigitalSourceType은 {kind:?}(이)라고 하나 표식이나 기록은 다른 출처를 밝히고 있습니다"),
        )
    }

    pub(super) fn several_types(self) -> String {
        self.pick(
            "DigitalSourceType stands more than once, with different values",
            "DigitalSourceType이 서로 다른 값으로 여러 번 적혀 있습니다",
        )
        .to_owned()
    }

    pub(super) fn bad_aigc(self) -> String {
        self.pick("the AIGC label is not well-formed", "AIGC 표시의 형식이 맞지 않습니다").to_owned()
    }

    pub(super) fn other_label(self, label: &str) -> String {
        self.pick(
            format!("the AIGC label says {label:?}, mark or record state another origin"),
            format!("AIGC 표시는 {label:?}(이)라고 하나 표식이나 기록은 다른 출처를 밝히고 있습니다"),
        )
    }

    pub(super) fn other_id(self) -> String {
        self.pick("the AIGC label names another picture", "AIGC 표시가 다른 이미지를 가리킵니다").to_owned()
    }
}
