//! Verdicts in plain words, English and Korean: what was found, and what follows from it and what does not.
//!
//! Program, page and report show these sentences and form none of their own, so they cannot say more than was found.
//! The Korean follows the English sentence by sentence, in the polite form of official notices.

use super::particle::{OBJECT, SUBJECT, TOPIC, with, with_hex};
use super::{Report, Verdict};
use crate::content::Comparison;
use crate::payload::DecodeError;
use crate::signature::{Directory, DirectoryKey, KeyStatus, Revocation, SignatureCheck, Standing};

/// The language of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Korean.
    Korean,
}

impl Language {
    const fn pick<'t>(self, english: &'t str, korean: &'t str) -> &'t str {
        match self {
            Self::English => english,
            Self::Korean => korean,
        }
    }

    /// Of two wordings the one in this language.
    pub fn choose<T>(self, english: T, korean: T) -> T {
        match self {
            Self::English => english,
            Self::Korean => korean,
        }
    }

    /// The organisation's name in this language, the other one where it has none.
    pub fn name_of(self, directory: &Directory) -> &str {
        let who = directory.organization();
        match self {
            Self::English => &who.name,
            Self::Korean => who.name_ko.as_deref().unwrap_or(&who.name),
        }
    }
}

impl Verdict {
    /// What one may conclude from the verdict alone.
    pub const fn proves(self, language: Language) -> &'static str {
        let (english, korean) = match self {
            Self::Verified => (
                "The holder of the named key made exactly this statement; not one bit of the statement was changed since.",
                "해당 키의 보유자가 바로 이 내용의 표식을 넣었으며, 그 내용은 이후 한 비트도 바뀌지 않았습니다.",
            ),
            Self::Altered => (
                "The holder of the named key made exactly this statement, unchanged since. The listed parts of the picture do not agree with it.",
                "해당 키의 보유자가 바로 이 내용의 표식을 넣었으며, 나열된 부분은 그 표식과 맞지 않습니다.",
            ),
            Self::Transplanted => (
                "The holder of the named key made exactly this statement about another picture; its mark was moved into this one.",
                "해당 키의 보유자가 이 내용의 표식을 넣은 것은 다른 이미지이며, 그 표식이 이 이미지로 옮겨졌습니다.",
            ),
            Self::UnknownIssuer => (
                "Somebody stamped a picture with this message. Who it was is not established by the directories at hand.",
                "누군가 이 내용으로 이미지에 표식을 넣었습니다. 보유한 키 목록만으로는 그가 누구인지 확인되지 않습니다.",
            ),
            Self::BadSignature => (
                "The message was not signed by any listed key of the id that it names.",
                "이 내용은 표식이 지목한 식별자의 등록된 어느 키로도 서명되지 않았습니다.",
            ),
            Self::Marked => (
                "A mark is or was in the picture. By chance about one unmarked picture in a million shows one.",
                "이미지에 표식이 있거나 있었습니다. 표식이 없는 이미지가 우연히 그렇게 보일 확률은 약 백만분의 일입니다.",
            ),
            Self::None => ("Nothing.", "아무것도 증명하지 않습니다."),
        };
        language.pick(english, korean)
    }

    /// What one may not conclude, although it suggests itself.
    pub const fn proves_not(self, language: Language) -> &'static str {
        let (english, korean) = match self {
            Self::Verified => (
                "Not that the statement is true, that the signer's clock was right, or that the key was not stolen. Not that nothing in the \
                 picture was changed: small changes are not found. Not that this is the picture that was stamped: one made to fit the coarse \
                 content hash looks the same. A stamp that is bound to no picture could have been moved here from \
                 another one.",
                "그 내용이 사실이라는 것, 서명자의 시계가 맞았다는 것, 키가 도난되지 않았다는 것은 증명하지 않습니다. 이미지에 바뀐 곳이 \
                 없다는 것도 증명하지 않습니다. 작은 변경은 찾지 못합니다. 이 이미지가 표식을 넣은 바로 그 이미지라는 것도 증명하지 않습니다. \
                 내용 해시에 맞추어 만든 이미지도 똑같이 판정됩니다. 특정 이미지에 묶이지 않은 표식은 다른 이미지에서 옮겨 왔을 수 있습니다.",
            ),
            Self::Altered => (
                "Not what stood in the changed parts, who changed them, or that nothing else was changed: small changes are not found.",
                "바뀐 부분에 무엇이 있었는지, 누가 바꾸었는지, 그 밖에 바뀐 곳이 없다는 것은 증명하지 않습니다. 작은 변경은 찾지 못합니다.",
            ),
            Self::Transplanted => (
                "Nothing about this picture: neither who made it, nor when, nor how. Not who moved the mark.",
                "이 이미지에 대해서는 누가, 언제, 어떻게 만들었는지 아무것도 증명하지 않으며, 누가 표식을 옮겼는지도 알 수 없습니다.",
            ),
            Self::UnknownIssuer => (
                "Not who stamped it, and not that anything it states is true.",
                "누가 표식을 넣었는지, 그 내용이 사실인지는 증명하지 않습니다.",
            ),
            Self::BadSignature => (
                "Not that the key's holder did wrong: an impostor or another key with the same short id explains it as well.",
                "키 보유자의 잘못을 뜻하지 않습니다. 사칭이거나, 짧은 식별자가 우연히 같은 다른 키일 수도 있습니다.",
            ),
            Self::Marked => (
                "Not who put it there, and not that what it claims is true: anybody could have written it.",
                "누가 넣었는지, 주장하는 내용이 사실인지는 증명하지 않습니다. 누구나 그렇게 써 넣을 수 있습니다.",
            ),
            Self::None => (
                "Not that the image was not made by AI: it may never have been marked, or the mark may be gone.",
                "AI가 만들지 않은 이미지라는 증명이 아닙니다. 처음부터 표식이 없었거나, 지워졌을 수 있습니다.",
            ),
        };
        language.pick(english, korean)
    }
}

impl Report<'_> {
    /// The verdict as sentences: the finding first, then every reservation that belongs to it.
    pub fn sentences(&self, language: Language) -> Vec<String> {
        let mut out = vec![self.finding(language)];
        out.extend(self.revocation(language));
        out.extend(self.shared_id(language));
        out.extend(self.pointer(language));
        out.extend(self.future(language));
        let unbound = self.extraction.seal.is_some_and(|seal| seal.unverified_claims.content_hash.is_none());
        if self.verdict == Verdict::Verified && unbound {
            let (english, korean) = (
                "The stamp is bound to no particular picture: it could have been moved here from another one.",
                "이 표식은 특정 이미지에 묶여 있지 않으므로 다른 이미지에서 옮겨 왔을 수 있습니다.",
            );
            out.push(language.pick(english, korean).to_owned());
        }
        out.extend(self.changed(language));
        out.extend(self.too_little(language));
        out.extend(self.co_issuers(language));
        out.extend(self.outside(language));
        out.extend(self.transparent(language));
        out.extend(self.unjudged(language));
        out
    }

    /// That the comparison with the content hash could not decide.
    fn too_little(&self, language: Language) -> Option<String> {
        let of_picture = matches!(self.verdict, Verdict::Verified | Verdict::Altered);
        let undecided = self.extraction.content.is_some_and(|content| content.comparison == Comparison::TooLittle);
        (of_picture && undecided).then(|| {
            let (english, korean) = (
                "Too little is shown to tell whether it is the stamped picture.",
                "보이는 부분이 너무 적어 표식을 넣은 그 이미지인지 판단할 수 없습니다.",
            );
            language.pick(english, korean).to_owned()
        })
    }

    /// A time that had not come yet.
    fn future(&self, language: Language) -> Option<String> {
        let (time, now) = (self.extraction.seal?.unverified_claims.time, self.now?);
        self.is_of_the_future()?.then(|| {
            language.choose(
                format!(
                    "The stated time, {time}, lies in the future by the clock here, {now}: one of the two clocks is wrong, or the time was \
                     made up."
                ),
                format!(
                    "표식에 적힌 시각 {time}는 이곳의 시계({now})로는 미래입니다. 두 시계 중 하나가 틀렸거나 시각을 꾸며 적은 것입니다."
                ),
            )
        })
    }

    /// Other organisations that list the very key that signed.
    fn co_issuers(&self, language: Language) -> Option<String> {
        let standing = self.standing()?;
        let Some(SignatureCheck::Valid { issuers, .. }) = &self.signature else { return None };
        let others: Vec<_> = issuers.iter().filter(|(other, _)| *other != standing.directory).copied().collect();
        let names = names(&others, language);
        (!others.is_empty()).then(|| {
            // Whoever takes another's key may take the name as well.
            if names == language.name_of(standing.directory) {
                return language.choose(
                    format!("The same key is listed by another directory in the name of {names}: nothing here shows that both are theirs."),
                    format!("같은 키가 {names}의 이름으로 된 다른 키 목록에도 있습니다. 두 목록이 모두 그 기관의 것인지는 여기서 알 수 없습니다."),
                );
            }
            language.choose(
                format!("The same key is listed by {names} too, and only one of them can be its holder."),
                format!("같은 키가 {names}의 키 목록에도 있으나, 보유자는 그중 하나뿐입니다."),
            )
        })
    }

    /// How much of the received picture lies outside of the one that was stamped.
    fn outside(&self, language: Language) -> Option<String> {
        let of_picture = matches!(self.verdict, Verdict::Verified | Verdict::Altered | Verdict::UnknownIssuer);
        let share = self.extraction.edit_map.as_ref().filter(|_| of_picture)?.outside();
        let percent = (100.0 * share).round();
        (percent >= 1.0).then(|| {
            language.choose(
                format!(
                    "This holds for the stamped picture inside this one. The other {percent:.0} % lie outside of it: this message says \
                     nothing of what is shown there."
                ),
                format!(
                    "이 판정은 이 이미지 안에 포함된, 표식이 있는 부분에만 해당합니다. 나머지 {percent:.0} %는 그 밖의 영역이며, 이 서명은 \
                     그곳의 내용에 적용되지 않습니다."
                ),
            )
        })
    }

    /// That a picture which lets its background show was judged on one of all backgrounds.
    fn transparent(&self, language: Language) -> Option<String> {
        let of_picture = matches!(self.verdict, Verdict::Verified | Verdict::Altered | Verdict::Transplanted);
        let percent = (100.0 * self.extraction.transparent).round();
        (of_picture && percent >= 1.0).then(|| {
            language.choose(
                format!(
                    "{percent:.0} % of the picture is transparent. It was judged on white: on another background, or with its transparency \
                     dropped, it may show something else."
                ),
                format!(
                    "이미지의 {percent:.0} %는 투명합니다. 흰 바탕에서 판단하였으므로, 다른 바탕에 놓거나 투명도를 없애면 다른 것이 보일 수 \
                     있습니다."
                ),
            )
        })
    }

    /// How much of the picture a verdict on the picture says nothing of.
    fn unjudged(&self, language: Language) -> Option<String> {
        let of_picture = matches!(self.verdict, Verdict::Verified | Verdict::Altered | Verdict::UnknownIssuer);
        let share = self.extraction.edit_map.as_ref().filter(|_| of_picture)?.unjudged();
        let percent = (100.0 * share).round();
        (percent >= 1.0).then(|| {
            language.choose(
                format!(
                    "{percent:.0} % of the picture cannot be judged: no mark can be read there now, since it is flat, black, white or too \
                     damaged. What was changed there would not be found."
                ),
                format!(
                    "이미지의 {percent:.0} %는 판단할 수 없습니다. 무늬가 없거나, 검거나, 희거나, 심하게 손상되어 지금은 표식을 읽을 수 없는 \
                     부분이며, 그곳의 변경은 찾지 못합니다."
                ),
            )
        })
    }

    fn finding(&self, language: Language) -> String {
        let claimed = self.extraction.beacon.map(|beacon| beacon.key_id.to_string()).unwrap_or_default();
        let (english, korean) = match self.verdict {
            Verdict::Verified => {
                let name = self.standing().map(|standing| language.name_of(standing.directory)).unwrap_or_default();
                (format!("Verified: signed by {name}."), format!("확인됨: {name}의 서명입니다."))
            }
            Verdict::Altered => {
                let name = self.standing().map(|standing| language.name_of(standing.directory)).unwrap_or_default();
                (
                    format!("Altered: signed by {name}, but parts of the picture were changed after stamping."),
                    format!("변경됨: {name}의 서명이 있으나, 표식을 넣은 뒤 이미지의 일부가 변경되었습니다."),
                )
            }
            Verdict::Transplanted => {
                let name = self.standing().map(|standing| language.name_of(standing.directory)).unwrap_or_default();
                (
                    format!(
                        "Transplanted: {name} signed this message for another picture; it was moved into this one."
                    ),
                    format!("옮겨진 표식: {name}의 서명은 다른 이미지에 대한 것이며, 이 이미지로 옮겨졌습니다."),
                )
            }
            Verdict::UnknownIssuer => match self.standing() {
                Some(standing) => out_of_force(&standing, language),
                None => unlisted(&claimed),
            },
            Verdict::BadSignature => (
                format!(
                    "Bad signature: the mark names key {claimed}, but no listed key of that id signed it. It was forged or \
                     damaged, or another key has the same id."
                ),
                format!(
                    "서명 불일치: 표식은 키 {} 지목하지만, 그 식별자로 등록된 어느 키의 서명도 \
                     아닙니다. 위조 또는 손상되었거나 식별자가 같은 다른 키입니다.",
                    with_hex(&claimed, OBJECT)
                ),
            ),
            Verdict::Marked if self.extraction.beacon.is_some() => (
                "A mark was found and its claims were read, but no signed message: anybody could have written them."
                    .to_owned(),
                "표식과 그 주장을 읽었으나 서명된 내용은 없습니다. 누구나 그렇게 써 넣을 수 있습니다.".to_owned(),
            ),
            Verdict::Marked if self.extraction.unreadable.is_some() => not_understood(self.extraction.unreadable),
            Verdict::Marked => (
                "A mark was found, but it is too damaged to be read.".to_owned(),
                "표식이 있으나 심하게 손상되어 읽을 수 없습니다.".to_owned(),
            ),
            Verdict::None => (
                "No mark found. This does not mean the image was not made by AI.".to_owned(),
                "표식을 찾지 못했습니다. 그렇다고 AI가 만들지 않은 이미지라는 뜻은 아닙니다.".to_owned(),
            ),
        };
        language.choose(english, korean)
    }

    /// A key that was withdrawn, and why, as far as the directory says.
    fn revocation(&self, language: Language) -> Option<String> {
        self.standing()?.revocation(language)
    }

    /// That parts were changed, where the verdict itself is about the key.
    fn changed(&self, language: Language) -> Option<String> {
        let changed = self.extraction.edit_map.as_ref().is_some_and(|map| !map.regions().is_empty());
        (self.verdict == Verdict::UnknownIssuer && changed).then(|| {
            let (english, korean) = (
                "Parts of the picture do not agree with the mark: they were changed after stamping.",
                "이미지의 일부가 표식과 맞지 않습니다. 표식을 넣은 뒤 변경된 부분입니다.",
            );
            language.pick(english, korean).to_owned()
        })
    }

    /// Several different keys under the id of 24 bits.
    fn shared_id(&self, language: Language) -> Option<String> {
        let id = self.extraction.beacon.as_ref()?.key_id;
        let mut keys: Vec<_> = self.listed.iter().map(|(_, key)| *key.public_key.as_bytes()).collect();
        keys.sort_unstable();
        keys.dedup();
        let (count, names) = (keys.len(), names(&self.listed, language));
        if count < 2 {
            return None;
        }
        let (english, korean) = match &self.signature {
            Some(SignatureCheck::Valid { .. }) => {
                ("the signature holds under the one named above alone.", "서명은 위에 적은 키로만 성립합니다.")
            }
            Some(_) => ("the signature holds under none of them.", "서명은 어느 것으로도 성립하지 않습니다."),
            None => ("without a signature nothing tells them apart.", "서명 없이는 구별할 수 없습니다."),
        };
        Some(language.choose(
            format!("{count} different keys share the id {id} ({names}); {english}"),
            format!(
                "서로 다른 키 {count}개가 식별자 {} 함께 씁니다({names}). {korean}",
                with_hex(&id.to_string(), OBJECT)
            ),
        ))
    }

    /// Whom an unsigned beacon points to.
    fn pointer(&self, language: Language) -> Option<String> {
        if self.signature.is_some() || self.listed.is_empty() {
            return None;
        }
        let (id, names) = (self.extraction.beacon.as_ref()?.key_id, names(&self.listed, language));
        Some(language.choose(
            format!(
                "The key id {id} that it names is listed by {names}: a claim like the rest. Their ledger may resolve the \
                 serial."
            ),
            format!(
                "표식이 지목한 식별자 {} {names}의 키 목록에 있으나 이 또한 주장일 뿐입니다. 발행자의 원장에서 \
                 일련번호를 조회할 수 있습니다.",
                with_hex(&id.to_string(), TOPIC)
            ),
        ))
    }
}

/// A message that was read to the last bit and makes no sense to this version.
fn not_understood(why: Option<DecodeError>) -> (String, String) {
    match why {
        Some(DecodeError::UnknownVersion { found }) => (
            format!(
                "A mark was found and read, but it is of version {found}, which this program does not know. Read the picture with a newer \
                 release."
            ),
            format!(
                "표식을 찾아 읽었으나, 이 프로그램이 모르는 버전({found})의 표식입니다. 더 새로운 프로그램으로 확인하십시오."
            ),
        ),
        _ => (
            "A mark was found and read, but it says what no program writes: it was forged or damaged.".to_owned(),
            "표식을 찾아 읽었으나, 어느 프로그램도 쓰지 않는 내용입니다. 위조되었거나 손상된 표식입니다.".to_owned(),
        ),
    }
}

/// A signed message whose key nobody lists.
fn unlisted(claimed: &str) -> (String, String) {
    (
        format!(
            "Signed message found, issuer unknown: no trusted directory lists key {claimed}, so nothing was checked. Get its \
             issuer's directory by a way that you trust, and check again."
        ),
        format!(
            "서명된 내용이 있으나 발행자를 알 수 없습니다: 신뢰하는 어느 키 목록에도 키 {} 없어 아무것도 \
             확인하지 못했습니다. 발행자의 키 목록을 믿을 만한 경로로 받아 다시 확인하십시오.",
            with_hex(claimed, SUBJECT)
        ),
    )
}

impl Standing<'_> {
    /// That the key was withdrawn after the time at which it signed, or why it was before, as far as the directory says.
    pub fn revocation(&self, language: Language) -> Option<String> {
        let Revocation { at, reason } = self.key.revocation.as_ref()?;
        let name = language.name_of(self.directory);
        let (english, korean) = if matches!(self.status, KeyStatus::Revoked { .. }) {
            let reason = reason.as_ref()?;
            (format!("Reason given for the revocation: {reason}."), format!("폐지 사유: {reason}."))
        } else {
            // Of a key that did not count anyway, too: it may count by another directory.
            let reason = reason.as_ref().map(|text| format!(" ({text})")).unwrap_or_default();
            (
                format!(
                    "{name} revoked the key at {at}{reason}, after the stated time. That time is the signer's own, and \
                     whoever stole the key can date a stamp back: believe it only if something else shows that the stamp is \
                     older."
                ),
                format!(
                    "{} 표식에 적힌 시각 이후인 {at}에 이 키를 폐지하였습니다{reason}. 시각은 서명자가 적은 \
                     것이어서 키를 훔친 자가 실제보다 이른 시각으로 적을 수 있습니다. 표식이 그보다 먼저 만들어졌음을 다른 자료로 \
                     확인할 수 있을 때만 믿으십시오.",
                    with(name, TOPIC)
                ),
            )
        };
        Some(language.choose(english, korean))
    }
}

/// A signature that holds, under a key that did not count at the stated time.
fn out_of_force(standing: &Standing<'_>, language: Language) -> (String, String) {
    let name = language.name_of(standing.directory);
    let (english, korean) = match standing.status {
        KeyStatus::Revoked { at } => (format!("was revoked at {at}"), format!("{at}에 폐지되었습니다")),
        KeyStatus::Expired { until } => {
            (format!("was valid until {until} only"), format!("{until}까지만 유효하였습니다"))
        }
        KeyStatus::NotYetValid { from } => (format!("was valid only from {from}"), format!("{from}부터 유효합니다")),
        KeyStatus::Valid | KeyStatus::RevokedLater { .. } => ("counted".to_owned(), "유효하였습니다".to_owned()),
    };
    (
        format!("Signed by a key of {name} at a stated time when the key did not count: it {english}."),
        format!("{name}의 키로 서명되었으나 표식에 적힌 시각에 그 키는 효력이 없었습니다: 이 키는 {korean}."),
    )
}

/// The organisations that list these keys, each once.
fn names(listed: &[(&Directory, &DirectoryKey)], language: Language) -> String {
    let mut names: Vec<&str> = Vec::new();
    for (directory, _) in listed {
        let name = language.name_of(directory);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}
