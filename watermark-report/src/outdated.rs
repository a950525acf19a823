//! Key directories that were at hand although more is known: a later edition, or the revocation of a key that they list as good.

use serde::Serialize;
use watermark_core::Language;
use watermark_core::signature::{Directory, DirectoryKey};

use super::Record;

/// A directory that is behind what is known here. Field docs: the schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutdatedFacts {
    pub file: String,
    pub name: String,
    pub name_ko: Option<String>,
    pub sequence: Option<u64>,
    pub latest: Option<u64>,
    pub revoked: Vec<String>,
    pub counted: bool,
}

impl OutdatedFacts {
    /// Of the directory in `file`, which counted or not, and one `known` here; `None` where the first is not behind the other.
    pub fn new(file: String, directory: &Directory, known: &Directory, counted: bool) -> Option<Self> {
        let sequence = |of: &Directory| Some(of.endorsement()?.edition.sequence);
        let latest = known.supersedes(directory).then(|| sequence(known)).flatten();
        let revokes = |key: &DirectoryKey| {
            let same = |other: &&DirectoryKey| other.public_key == key.public_key && other.revocation.is_some();
            key.revocation.is_none() && known.keys().iter().any(|other| same(&other))
        };
        let lacks = directory.keys().iter().filter(|key| revokes(key) && !directory.supersedes(known));
        let revoked: Vec<_> = lacks.map(|key| key.public_key.key_id().to_string()).collect();
        let who = directory.organization().clone();
        (latest.is_some() || !revoked.is_empty()).then(|| Self {
            file,
            name: who.name,
            name_ko: who.name_ko,
            sequence: sequence(directory),
            latest,
            revoked,
            counted,
        })
    }

    /// What it means for whoever relies on the directory.
    pub fn sentence(&self, language: Language) -> String {
        let name = &self.name;
        let name_ko = self.name_ko.as_ref().unwrap_or(name);
        let (Some(sequence), Some(latest)) = (self.sequence, self.latest) else {
            let keys = self.revoked.join(", ");
            return language.choose(
                format!(
                    "This was judged by a directory of {name} that lists key {keys} as good, although the trust store here knows that key as \
                     revoked."
                ),
                format!(
                    "{name_ko}의 키 목록으로 판단하였습니다. 그 목록은 키({keys})를 유효하다고 적고 있으나, 이곳의 신뢰 저장소에는 폐지된 키로 \
                     등록되어 있습니다."
                ),
            );
        };
        match (language, self.counted) {
            (Language::English, true) if !self.revoked.is_empty() => format!(
                "This was judged by edition {sequence} of the directory of {name}, although edition {latest} is known here and revokes a key that \
                 the older one lists as good: {}.",
                self.revoked.join(", ")
            ),
            (Language::Korean, true) if !self.revoked.is_empty() => format!(
                "{name_ko}의 키 목록 제{sequence}판으로 판단하였으나, 이곳에 있는 그 뒤의 제{latest}판은 이전 판에서 유효한 키를 폐지하였습니다: {}.",
                self.revoked.join(", ")
            ),
            (Language::English, true) => format!(
                "This was judged by edition {sequence} of the directory of {name}, although edition {latest} is known here: the older one \
                 may lack a revocation."
            ),
            (Language::Korean, true) => format!(
                "{name_ko}의 키 목록 제{sequence}판으로 판단하였으나, 이곳에는 그 뒤의 제{latest}판이 있습니다. 이전 판에는 그 사이의 키 폐지가 \
                 빠져 있을 수 있습니다."
            ),
            (Language::English, false) => format!(
                "Edition {sequence} of the directory of {name} did not count, since edition {latest} was at hand too."
            ),
            (Language::Korean, false) => {
                format!("{name_ko}의 키 목록 제{sequence}판은 그 뒤의 제{latest}판이 함께 있어 쓰지 않았습니다.")
            }
        }
    }
}

impl Record {
    /// Adds what was outdated among the directories at hand. The conclusion names those that mattered: they counted, and judged a signed message, in a
    /// later edition or by the very key.
    pub fn add_outdated(&mut self, outdated: &[OutdatedFacts]) {
        self.directories_outdated = outdated.to_vec();
        let concerns = |facts: &&OutdatedFacts| {
            let signer = self.signature.key.as_ref().is_some_and(|key| facts.revoked.contains(key));
            facts.counted && self.payload.is_some() && (facts.latest.is_some() || signer)
        };
        for facts in outdated.iter().filter(concerns) {
            self.conclusion.en.push(facts.sentence(Language::English));
            self.conclusion.ko.push(facts.sentence(Language::Korean));
        }
    }
}
