//! Profiles: what a law asks for, as data. The files are `profiles/*.toml`; every field is described here.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use watermark_core::payload::Origin;

use crate::{Layer, Notice};

/// One law, or family of rules, as layers to apply and clauses to check.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Name on the command line: `kr`, `eu`, `cn`, `us-ca`.
    pub id: String,
    /// Country and law, for people.
    pub name: String,
    /// Since when it holds, and which version was read.
    pub status: String,
    /// What was read and what was not: the meaning of [`Clause::verified`] here.
    pub sources: String,
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
    /// Metadata that state AI.
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
    /// Whether it was created or altered.
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
    /// Whether the provision was read in the primary text or a verbatim copy; otherwise it rests on secondary sources.
    pub verified: bool,
    /// Words of the provision itself; only where `verified`.
    pub words: Option<String>,
    /// What it asks for, in short.
    pub meaning: String,
    /// Where it is met.
    pub place: Place,
    /// Of an inside clause: what is not found in the file may be given outside it instead.
    #[serde(default)]
    pub or_outside: bool,
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
        self.broken(at).is_none()
    }

    /// The first part that does not hold, in words.
    pub fn broken(&self, at: &Circumstances) -> Option<&'static str> {
        let parts = [
            (
                self.exported,
                at.exported,
                "it is for output that leaves the service",
                "it is for use inside the service",
            ),
            (self.realistic, at.realistic, "it is for realistic pictures", "it is for pictures that are not realistic"),
            (self.artistic, at.artistic, "it is for artistic works", "artistic works have a rule of their own"),
            (self.badge, at.badge, "it is for pictures with a visible label", "there is a visible label"),
        ];
        let broken = parts.into_iter().find(|(wanted, is, ..)| wanted.is_some_and(|wanted| wanted != *is));
        if let Some((wanted, _, if_wanted, if_not)) = broken {
            return Some(if wanted == Some(true) { if_wanted } else { if_not });
        }
        let origin = at.origin.map(|origin| origin.to_string());
        let fits = |wanted: &Vec<String>| origin.is_some_and(|origin| wanted.contains(&origin));
        match &self.origin {
            Some(wanted) if !fits(wanted) => Some("it is for pictures of another origin"),
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
    texts.iter().map(|text| toml::from_str(text).expect("the profiles are well-formed")).collect()
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
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[expect(clippy::fn_params_excessive_bools, reason = "in the order of the struct's fields")]
    fn at(exported: bool, realistic: bool, artistic: bool, badge: bool) -> Circumstances {
        Circumstances { exported, realistic, artistic, origin: Some(Origin::Generated), badge }
    }

    #[test]
    fn the_files_hold_together() {
        let mut ids = BTreeSet::new();
        for profile in Profile::all() {
            for clause in &profile.clauses {
                let id = &clause.id;
                assert!(ids.insert(id), "{id} stands twice");
                assert!(id.starts_with(&format!("{}.", profile.id)), "{id}");
                assert!(clause.words.is_none() || clause.verified, "{id} quotes what was not read");
                let inside = clause.place == Place::Inside;
                assert_eq!(
                    inside,
                    !(clause.any.is_empty() && clause.all.is_empty()),
                    "{id} needs something iff inside"
                );
                assert!(inside || !clause.or_outside, "{id}");
                assert!(!clause.exemptible || !profile.exemptions.is_empty(), "{id}");
                for text in [&clause.article, &clause.meaning, &clause.remedy] {
                    assert!(!text.is_empty() && text.trim() == text && !text.contains('\n'), "{id}: {text:?}");
                }
                if let Some(notice) = &clause.notice {
                    assert_eq!(Notice::by_id(notice).map(|n| &n.profile), Some(&profile.id), "{id}");
                }
                for origin in clause.when.origin.iter().flatten() {
                    assert!(["generated", "altered", "possible"].contains(&origin.as_str()), "{id}: {origin}");
                }
            }
            // A layer that is applied has words or fields to be applied with.
            if profile.layers.iter().any(|rule| rule.name == Layer::Badge) {
                assert!(profile.badges.last().is_some_and(|b| b.when == Condition::default()), "{}", profile.id);
                assert!(profile.badges.iter().all(|badge| profile.accepts_badge(&badge.text)), "{}", profile.id);
            }
        }
        assert_eq!(Profile::all().iter().map(|p| &*p.id).collect::<Vec<_>>(), ["kr", "eu", "cn", "us-ca"]);
        assert!(Profile::parse("us").unwrap_err().to_string().contains("kr, eu, cn, us-ca"));
    }

    #[test]
    fn korea_asks_for_a_badge_where_an_exported_picture_could_be_taken_for_real() {
        let kr = Profile::by_id("kr").unwrap();
        for (exported, realistic, artistic, wanted) in [
            (true, true, false, true),
            (true, false, false, false),
            (false, true, false, false),
            (true, true, true, false),
        ] {
            let at = at(exported, realistic, artistic, false);
            assert_eq!(kr.asks(Layer::Badge, &at), wanted, "{at:?}");
            assert!(kr.asks(Layer::Mark, &at) && kr.asks(Layer::Metadata, &at));
        }
        assert!(kr.badge_text(&at(true, true, false, false)).unwrap().contains("가상의 이미지"));
    }

    #[test]
    fn the_korean_notice_goes_with_a_machine_readable_label_alone() {
        let kr = Profile::by_id("kr").unwrap();
        let invisible = kr.notice(&at(true, false, false, false)).unwrap();
        assert_eq!(invisible.id, "kr.download.1");
        assert_eq!(kr.notice(&at(true, false, false, true)), None, "a visible label is sufficient alone");
        let eu = Profile::by_id("eu").unwrap();
        assert_eq!(eu.notice(&at(true, false, false, false)), None);
    }

    #[test]
    fn a_visible_label_counts_in_the_words_of_the_law() {
        let counts = |text: &str| {
            let all = Profile::all().iter().filter(|profile| !profile.badge_words.is_empty());
            all.filter(|profile| profile.accepts_badge(text)).map(|profile| &*profile.id).collect::<Vec<_>>()
        };
        let cases: [(&str, &[&str]); 14] = [
            ("AI 생성", &["kr", "eu"]),
            ("AI로 생성된 가상의 이미지입니다", &["kr"]),
            ("인공지능이 만든 그림", &[]),
            ("인공지능 합성", &["kr"]),
            ("AI-Generated", &["kr", "eu"]),
            ("Made with AI", &["kr", "eu"]),
            ("AI", &["eu"]),
            ("AI GENERATED", &["kr", "eu"]),
            ("AI MODIFIED", &["eu"]),
            ("Ai generated", &[]),
            ("AI生成", &["cn"]),
            ("人工智能生成", &["cn"]),
            ("AIR GENERATED", &[]),
            ("AI로 생성된 가상의 이미지입니다 / AI GENERATED / AI生成", &["kr", "eu", "cn"]),
        ];
        for (text, profiles) in cases {
            assert_eq!(counts(text), profiles, "{text}");
        }
        assert!(Profile::by_id("us-ca").unwrap().accepts_badge("anything"), "no law asks for words there");
    }

    #[test]
    fn a_broken_condition_is_named() {
        let condition =
            Condition { realistic: Some(true), origin: Some(vec!["altered".into()]), ..Condition::default() };
        assert_eq!(condition.broken(&at(true, false, false, false)), Some("it is for realistic pictures"));
        assert_eq!(condition.broken(&at(true, true, false, false)), Some("it is for pictures of another origin"));
        let altered = Circumstances { origin: Some(Origin::Altered), ..at(true, true, false, false) };
        assert!(condition.holds(&altered));
    }
}
