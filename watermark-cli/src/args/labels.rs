//! What `stamp`, `check` and `notice` are told about labelling.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use watermark_label::{Exemption, Notice as Text, Occasion, Profile};

use super::{Lang, Reading};

/// The layers around the mark.
#[derive(Args, Debug)]
#[command(next_help_heading = "Labelling")]
pub(crate) struct LabelArgs {
    /// Apply the layers that a law asks for and record them; several by commas, or repeated
    #[arg(long = "profile", value_name = "PROFILE", value_delimiter = ',', value_parser = profile())]
    pub(crate) profiles: Vec<&'static Profile>,
    /// State that the picture stays inside the service that made it: what is asked of exported pictures alone is left out
    #[arg(long, requires = "profiles")]
    pub(crate) inside_service: bool,
    /// Keep a reason why a duty does not hold, e.g. internal:draft for the layout team (see --help)
    #[arg(long, value_name = "KIND:REASON", requires = "profiles")]
    pub(crate) exempt: Option<Exemption>,
    /// Name of who provides the generating system [default: the organisation of the key's directory]
    #[arg(long, value_name = "NAME", requires = "profiles", value_parser = provider)]
    pub(crate) provider: Option<String>,
}

/// Arguments of `check`.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub(crate) struct Check {
    /// Images, folders (searched through), patterns such as 'shots/*.png', or - for stdin
    #[arg(required = true, value_name = "FILE")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Clauses of which law; several by commas, or repeated
    #[arg(long = "profile", value_name = "PROFILE", required = true, value_delimiter = ',', value_parser = profile())]
    pub(crate) profiles: Vec<&'static Profile>,
    /// The pictures leave the service: downloaded, shared, published [default]
    #[arg(long, conflicts_with = "inside_service")]
    pub(crate) exported: bool,
    /// The pictures stay inside the service that made them
    #[arg(long)]
    pub(crate) inside_service: bool,
    /// A viewer could take what they show for real, whether or not the mark says so
    #[arg(long)]
    pub(crate) realistic: bool,
    /// You have looked, and there is a visible label: programs cannot see one
    #[arg(long)]
    pub(crate) badge_seen: bool,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// Language of the findings, in JSON too; ids and statuses stay as they are
    #[arg(long, value_enum, default_value_t = Lang::En)]
    pub(crate) lang: Lang,
    /// Print one JSON object a line, in the order given
    #[arg(long)]
    pub(crate) json: bool,
    /// Images worked on at a time [default: one per core]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
}

/// Arguments of `notice`.
#[derive(Args, Debug)]
pub(crate) struct Notice {
    /// For which law
    #[arg(long, value_name = "PROFILE", value_parser = profile())]
    pub(crate) profile: &'static Profile,
    /// In which language [default: that of the law where there is a wording in it (kr: ko, cn: zh), else en]
    #[arg(long, value_name = "LANGUAGE", value_parser = PossibleValuesParser::new(Text::LANGUAGES))]
    pub(crate) lang: Option<String>,
    /// When it is given
    #[arg(long = "for", value_name = "OCCASION", default_value = "download", value_parser = occasion())]
    pub(crate) occasion: Occasion,
    /// An HTML snippet that screen readers announce; for alt, the attribute
    #[arg(long, conflicts_with = "json")]
    pub(crate) html: bool,
    /// Every wording in every language, one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

fn occasion() -> impl TypedValueParser<Value = Occasion> {
    PossibleValuesParser::new(Occasion::ALL.map(Occasion::name)).try_map(|name| name.parse::<Occasion>())
}

/// A profile by its name.
pub(crate) fn profile() -> impl TypedValueParser<Value = &'static Profile> {
    let ids = Profile::all().iter().map(|profile| profile.id.as_str());
    PossibleValuesParser::new(ids).try_map(|id| Profile::parse(&id))
}

/// Short enough for the record, and fit to be shown.
fn provider(text: &str) -> Result<String, String> {
    let name = text.trim();
    let fits = (1..=256).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned()).ok_or_else(|| "write a name of 1 to 256 characters on one line".to_owned())
}
