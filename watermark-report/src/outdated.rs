//! Key directories that were at hand although a later edition is known.

use serde::Serialize;
use watermark_core::Language;
use watermark_core::signature::Directory;

use super::Record;

/// A directory that a later edition takes the place of. Field docs: the schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutdatedFacts {
    pub file: String,
    pub name: String,
    pub name_ko: Option<String>,
    pub sequence: u64,
    pub latest: u64,
    pub counted: bool,
}

impl OutdatedFacts {
    /// Of the directory in `file`, which counted or not, and the `later` edition; `None` where that is not later.
    pub fn new(file: String, directory: &Directory, later: &Directory, counted: bool) -> Option<Self> {
        let sequence = |of: &Directory| Some(of.endorsement()?.edition.sequence);
        let who = directory.organization().clone();
        later.supersedes(directory).then_some(())?;
        Some(Self {
            file,
            name: who.name,
            name_ko: who.name_ko,
            sequence: sequence(directory)?,
            latest: sequence(later)?,
            counted,
        })
    }

    /// What it means for whoever relies on the directory.
    pub fn sentence(&self, language: Language) -> String {
        let Self { sequence, latest, name, .. } = self;
        let name_ko = self.name_ko.as_ref().unwrap_or(name);
        match (language, self.counted) {
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
    /// Adds what was outdated among the directories at hand. Where a signed message was read they mattered, and the conclusion says so of those that
    /// counted.
    pub fn add_outdated(&mut self, outdated: &[OutdatedFacts]) {
        self.directories_outdated = outdated.to_vec();
        for facts in outdated.iter().filter(|facts| facts.counted && self.payload.is_some()) {
            self.conclusion.en.push(facts.sentence(Language::English));
            self.conclusion.ko.push(facts.sentence(Language::Korean));
        }
    }
}
