//! Profiles: what a law asks for, as data. The files are `profiles/*.toml`; every field is described here.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use watermark_core::Language;
use watermark_core::payload::Origin;

use crate::check::words::pick;
use crate::{Layer, Notice};

/// One law, or family of rules, as layers to apply and clauses to check.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Name on the command line: `kr`, `eu`, `cn`, `us-ca`.
    pub id: String,
    /// Country and law, for people.
    pub name: String,
    /// The same in Korean; so are all fields of such names.
    pub name_ko: String,
    /// Since when it holds, and which version was read.
    pub status: String,
    /// What was read and what was not: the meaning of [`Clause::verified`] here.
    pub sources: String,
    /// In Korean.
    pub sources_ko: String,
    /// Who owes what.
    pub roles: Roles,
    /// Fields that the metadata must name and that only the stamper knows.
    #[serde(default)]
    pub requires: Vec<Field>,
    /// Layers to apply when stamping.
    #[serde(rename = "layer")]
    pub layers: Vec<LayerRule>,
    /// What a visible label has to say to count, as alternatives, each of parts that all have to occur. Punctuation counts as
    /// a space, and the text is taken with one at either end, so that a part ` AI ` stands alone. Empty: any words count.
    #[serde(default)]
    pub badge_words: Vec<Vec<String>>,
    /// Words of the visible label; the first that fits.
    #[serde(rename = "badge", default)]
    pub badges: Vec<BadgeText>,
    /// Grounds on which the duties of exemptible clauses may not hold.
    #[serde(rename = "exemption", default)]
    pub exemptions: Vec<ExemptionRule>,
    /// The clauses, in the law's order.
    #[serde(rename = "clause")]
    pub clauses: Vec<Clause>,
}

/// Who owes what under a profile.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// Who offers the generating system or service.
    pub provider: String,
    /// Who publishes its output in the course of business.
    pub deployer: String,
    /// Who merely uses it.
    pub user: String,
}

/// What the metadata must be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// Name and version of the generating system.
    System,
    /// Name of who provides it.
    Provider,
}

/// A layer to apply.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerRule {
    /// Which.
    pub name: Layer,
    /// When; always, without it.
    #[serde(default)]
    pub when: Condition,
}

/// Words of a visible label.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BadgeText {
    /// What is drawn.
    pub text: String,
    /// When; always, without it.
    #[serde(default)]
    pub when: Condition,
}

/// A ground of exemption.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExemptionRule {
    /// Name on the command line.
    pub kind: String,
    /// Where it stands.
    pub article: String,
    /// In Korean.
    pub article_ko: String,
    /// As in [`Clause::verified`].
    pub verified: bool,
    /// In short.
    pub meaning: String,
}

/// Where a duty is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// In the file: checked.
    Inside,
    /// Elsewhere: whoever hands the file out has to show it.
    Outside,
}

/// What can be found in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// A readable mark in the pixels.
    Mark,
    /// Metadata that state AI, not that it is merely possible.
    Metadata,
    /// Our record in the metadata, its signature holding and about these pixels as far as can be told.
    SignedMetadata,
    /// A visible label.
    Badge,
    /// A C2PA manifest.
    C2pa,
    /// TC260's AIGC label, well-formed.
    Aigc,
    /// Name of the provider.
    Provider,
    /// Name and version of the generating system.
    System,
    /// When it was made.
    Time,
    /// A unique identifier.
    Identifier,
    /// Whether it was created or altered; a possible origin is neither.
    Origin,
}

/// One duty.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a clause, as the data files name them")]
pub struct Clause {
    /// Name for programs; never changes its meaning.
    pub id: String,
    /// Article and paragraph.
    pub article: String,
    /// In Korean.
    pub article_ko: String,
    /// Whether the provision was read in the primary text or a verbatim copy; otherwise it rests on secondary sources.
    pub verified: bool,
    /// Words of the provision itself; only where `verified`.
    pub words: Option<String>,
    /// What it asks for, in short.
    pub meaning: String,
    /// In Korean.
    pub meaning_ko: String,
    /// Where it is met.
    pub place: Place,
    /// Of an inside clause: what is not found in the file may be given outside it instead.
    #[serde(default)]
    pub or_outside: bool,
    /// It asks for a label that states that the picture is generated or altered: a mark or record of a merely possible origin,
    /// which states neither, does not meet it. Elsewhere a mark counts by being there.
    #[serde(default)]
    pub states_ai: bool,
    /// Recommended only: does not count in the exit code.
    #[serde(default)]
    pub encouraged: bool,
    /// Whether the profile's exemptions can lift it.
    #[serde(default)]
    pub exemptible: bool,
    /// When it holds; always, without it.
    #[serde(default)]
    pub when: Condition,
    /// One of these meets it.
    #[serde(default)]
    pub any: Vec<Need>,
    /// All of these are needed to meet it.
    #[serde(default)]
    pub all: Vec<Need>,
    /// Notice that meets it, by id.
    pub notice: Option<String>,
    /// What to do.
    pub remedy: String,
    /// In Korean.
    pub remedy_ko: String,
}

impl Clause {
    /// Article and paragraph in a language.
    pub fn article(&self, language: Language) -> &str {
        pick(language, &self.article, &self.article_ko)
    }

    /// What it asks for in a language.
    pub fn meaning(&self, language: Language) -> &str {
        pick(language, &self.meaning, &self.meaning_ko)
    }

    /// What to do in a language.
    pub fn remedy(&self, language: Language) -> &str {
        pick(language, &self.remedy, &self.remedy_ko)
    }
}

impl ExemptionRule {
    /// Where it stands, in a language.
    pub fn article(&self, language: Language) -> &str {
        pick(language, &self.article, &self.article_ko)
    }
}

/// What a picture is and where it is going.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a picture")]
pub struct Circumstances {
    /// It leaves the service: downloaded, shared, published.
    pub exported: bool,
    /// A viewer could take what it shows for real.
    pub realistic: bool,
    /// It is evidently artistic, satirical or fictional.
    pub artistic: bool,
    /// How it came to be, as far as anything says.
    pub origin: Option<Origin>,
    /// It carries a visible label, in words that count where a profile asks.
    pub badge: bool,
}

/// When something holds. Every field that is given has to agree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Condition {
    /// Out of the service, or inside it.
    pub exported: Option<bool>,
    /// Realistic, or not.
    pub realistic: Option<bool>,
    /// Artistic, or not.
    pub artistic: Option<bool>,
    /// With a visible label, or without.
    pub badge: Option<bool>,
    /// One of these origins: `generated`, `altered`, `possible`.
    pub origin: Option<Vec<String>>,
}

impl Condition {
    /// Whether it holds.
    pub fn holds(&self, at: &Circumstances) -> bool {
        self.broken(at, Language::English).is_none()
    }

    /// The first part that does not hold, in words.
    pub fn broken(&self, at: &Circumstances, language: Language) -> Option<&'static str> {
        let say = |english, korean| pick(language, english, korean);
        let parts = [
            (
                self.exported,
                at.exported,
                say("it is for output that leaves the service", "서비스 밖으로 나가는 결과물에 대한 것"),
                say("it is for use inside the service", "서비스 안에서의 이용에 대한 것"),
            ),
            (
                self.realistic,
                at.realistic,
                say("it is for realistic pictures", "실제와 구분하기 어려운 이미지에 대한 것"),
                say("it is for pictures that are not realistic", "실제와 구분되는 이미지에 대한 것"),
            ),
            (
                self.artistic,
                at.artistic,
                say("it is for artistic works", "예술적 표현물에 대한 것"),
                say("artistic works have a rule of their own", "예술적 표현물에는 따로 정한 것이 있음"),
            ),
            (
                self.badge,
                at.badge,
                say("it is for pictures with a visible label", "눈에 보이는 표시가 있는 이미지에 대한 것"),
                say("there is a visible label", "눈에 보이는 표시가 있음"),
            ),
        ];
        let broken = parts.into_iter().find(|(wanted, is, ..)| wanted.is_some_and(|wanted| wanted != *is));
        if let Some((wanted, _, if_wanted, if_not)) = broken {
            return Some(if wanted == Some(true) { if_wanted } else { if_not });
        }
        let origin = at.origin.map(|origin| origin.to_string());
        let fits = |wanted: &Vec<String>| origin.is_some_and(|origin| wanted.contains(&origin));
        match &self.origin {
            Some(wanted) if !fits(wanted) => {
                Some(say("it is for pictures of another origin", "출처가 다른 이미지에 대한 것"))
            }
            _ => None,
        }
    }
}

/// A name that no profile has.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no profile {id:?}; choose from {known}")]
pub struct UnknownProfile {
    id: String,
    known: String,
}

static ALL: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let texts = [
        include_str!("../profiles/kr.toml"),
        include_str!("../profiles/eu.toml"),
        include_str!("../profiles/cn.toml"),
        include_str!("../profiles/us-ca.toml"),
    ];
    // They are part of the program, and a test parses them.
    texts.iter().map(|text| basic_toml::from_str(text).expect("the profiles are well-formed")).collect()
});

impl Profile {
    /// Every profile, Korea first.
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// By its id.
    pub fn by_id(id: &str) -> Option<&'static Self> {
        ALL.iter().find(|profile| profile.id == id)
    }

    /// By its id, with words for who mistyped it.
    ///
    /// # Errors
    /// [`UnknownProfile`].
    pub fn parse(id: &str) -> Result<&'static Self, UnknownProfile> {
        Self::by_id(id).ok_or_else(|| {
            let known: Vec<_> = ALL.iter().map(|profile| profile.id.as_str()).collect();
            UnknownProfile { id: id.chars().take(64).collect(), known: known.join(", ") }
        })
    }

    /// Country and law in a language.
    pub fn name(&self, language: Language) -> &str {
        pick(language, &self.name, &self.name_ko)
    }

    /// What was read and what was not, in a language.
    pub fn sources(&self, language: Language) -> &str {
        pick(language, &self.sources, &self.sources_ko)
    }

    /// Whether it asks for a layer.
    pub fn asks(&self, layer: Layer, at: &Circumstances) -> bool {
        self.layers.iter().any(|rule| rule.name == layer && rule.when.holds(at))
    }

    /// Whether its metadata are to hold TC260's AIGC label.
    pub fn asks_for_aigc(&self) -> bool {
        self.clauses.iter().any(|clause| clause.all.contains(&Need::Aigc) || clause.any.contains(&Need::Aigc))
    }

    /// Words for the visible label.
    pub fn badge_text(&self, at: &Circumstances) -> Option<&str> {
        self.badges.iter().find(|badge| badge.when.holds(at)).map(|badge| badge.text.as_str())
    }

    /// Whether a visible label that says this counts.
    pub fn accepts_badge(&self, text: &str) -> bool {
        let spaced: String = text.chars().map(|c| if c.is_ascii_punctuation() { ' ' } else { c }).collect();
        let text = format!(" {spaced} ");
        self.badge_words.is_empty() || self.badge_words.iter().any(|parts| parts.iter().all(|part| text.contains(part)))
    }

    /// The ground of exemption of that name.
    pub fn exemption(&self, kind: &str) -> Option<&ExemptionRule> {
        self.exemptions.iter().find(|rule| rule.kind == kind)
    }

    /// The notice that has to be given together with the file: that of the first outside clause that holds, is not merely
    /// recommended, and whose notice is for handing out.
    pub fn notice(&self, at: &Circumstances) -> Option<&'static Notice> {
        let owed = self.clauses.iter().filter(|c| c.place == Place::Outside && !c.encouraged && c.when.holds(at));
        let notices = owed.filter_map(|clause| Notice::by_id(clause.notice.as_deref()?));
        notices.into_iter().find(|notice| notice.occasion == crate::Occasion::Download)
    }
}

#[cfg(test)]
mod tests;
