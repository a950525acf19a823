//! Notices: the sentences that people are shown or told. The data are `notices/*.toml`.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// When a notice is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// When a picture is handed out: downloaded, shared, exported.
    Download,
    /// Before a service is used: terms, start screen.
    BeforeUse,
    /// Spoken.
    Voice,
    /// The picture's alternative text, for people who do not see it.
    Alt,
}

impl Occasion {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Download, Self::BeforeUse, Self::Voice, Self::Alt];

    /// The name in data files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Download => "download",
            Self::BeforeUse => "before-use",
            Self::Voice => "voice",
            Self::Alt => "alt",
        }
    }
}

impl fmt::Display for Occasion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Occasion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|occasion| occasion.name() == text)
            .ok_or_else(|| format!("choose one of {}", Self::ALL.map(Self::name).join(", ")))
    }
}

/// One notice in every language. The wording is this project's unless the data file says otherwise: the laws state the
/// fact to be told, not the sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Name for evidence, e.g. `kr.download.1`. A changed text gets a new number.
    pub id: String,
    /// Profile that it is for.
    pub profile: String,
    /// When it is given.
    #[serde(rename = "for")]
    pub occasion: Occasion,
    /// Korean.
    pub ko: String,
    /// English.
    pub en: String,
    /// Chinese, simplified characters.
    pub zh: String,
}

static ALL: LazyLock<Vec<Notice>> = LazyLock::new(|| {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        notice: Vec<Notice>,
    }
    let texts = [
        include_str!("../notices/kr.toml"),
        include_str!("../notices/eu.toml"),
        include_str!("../notices/cn.toml"),
        include_str!("../notices/us-ca.toml"),
    ];
    // They are part of the program, and a test parses them.
    texts
        .iter()
        .flat_map(|text| basic_toml::from_str::<File>(text).expect("the notices are well-formed").notice)
        .collect()
});

impl Notice {
    /// The languages, by their two letters.
    pub const LANGUAGES: [&'static str; 3] = ["ko", "en", "zh"];

    /// Every notice.
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// By its id.
    pub fn by_id(id: &str) -> Option<&'static Self> {
        ALL.iter().find(|notice| notice.id == id)
    }

    /// Those of a profile for an occasion, the preferred one first.
    pub fn of(profile: &str, occasion: Occasion) -> impl Iterator<Item = &'static Self> {
        ALL.iter().filter(move |notice| notice.profile == profile && notice.occasion == occasion)
    }

    /// The text in a language of [`Notice::LANGUAGES`].
    pub fn text(&self, language: &str) -> Option<&str> {
        match language {
            "ko" => Some(&self.ko),
            "en" => Some(&self.en),
            "zh" => Some(&self.zh),
            _ => None,
        }
    }

    /// As accessible HTML: a region that announces itself and names its language; for [`Occasion::Alt`] the `alt`
    /// attribute alone. `None` for an unknown language.
    pub fn html(&self, language: &str) -> Option<String> {
        let text = escape(self.text(language)?);
        let label = match language {
            "ko" => "인공지능 생성물 안내",
            "zh" => "人工智能生成内容提示",
            _ => "Notice of AI-generated content",
        };
        let lang = if language == "zh" { "zh-Hans" } else { language };
        Some(match self.occasion {
            Occasion::Alt => format!("alt=\"{text}\""),
            _ => format!(
                "<div role=\"note\" aria-label=\"{label}\" lang=\"{lang}\" data-notice=\"{}\">\n  <p>{text}</p>\n</div>",
                self.id
            ),
        })
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Profile;

    #[test]
    fn every_profile_has_a_notice_for_every_occasion_in_every_language() {
        let ids: BTreeSet<_> = Notice::all().iter().map(|notice| &notice.id).collect();
        assert_eq!(ids.len(), Notice::all().len(), "an id stands twice");
        for profile in Profile::all() {
            for occasion in Occasion::ALL {
                assert!(Notice::of(&profile.id, occasion).next().is_some(), "{} {occasion}", profile.id);
            }
        }
        for notice in Notice::all() {
            let prefix = format!("{}.{}.", notice.profile, notice.occasion);
            assert!(notice.id.starts_with(&prefix), "{} should begin with {prefix}", notice.id);
            assert!(Profile::by_id(&notice.profile).is_some(), "{}", notice.id);
            for language in Notice::LANGUAGES {
                let text = notice.text(language).unwrap();
                assert!(!text.is_empty() && text.trim() == text && !text.contains('\n'), "{} {language}", notice.id);
            }
        }
    }

    #[test]
    fn html_escapes_and_names_its_language() {
        let text = "a < b & \"c\"".to_owned();
        let mut notice = Notice {
            id: "kr.download.1".to_owned(),
            profile: "kr".to_owned(),
            occasion: Occasion::Download,
            ko: text.clone(),
            en: text.clone(),
            zh: text,
        };
        let html = notice.html("zh").unwrap();
        assert!(html.contains("lang=\"zh-Hans\"") && html.contains("<p>a &lt; b &amp; &quot;c&quot;</p>"), "{html}");
        notice.occasion = Occasion::Alt;
        assert_eq!(notice.html("en").unwrap(), "alt=\"a &lt; b &amp; &quot;c&quot;\"");
        assert_eq!(notice.html("fr"), None);
    }
}
