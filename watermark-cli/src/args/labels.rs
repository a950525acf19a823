//! What `stamp` and `check` are told about labelling.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use watermark_label::{Exemption, Profile};

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
    #[arg(long, value_name = "NAME", requires = "profiles")]
    pub(crate) provider: Option<String>,
}

/// A profile by its name.
pub(crate) fn profile() -> impl TypedValueParser<Value = &'static Profile> {
    let ids = Profile::all().iter().map(|profile| profile.id.as_str());
    PossibleValuesParser::new(ids).try_map(|id| Profile::parse(&id))
}
