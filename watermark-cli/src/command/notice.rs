//! `notice`: the sentence that goes with a picture or a service.

use anyhow::{Context as _, Result};
use watermark_label::Notice;

use crate::Outcome;
use crate::args;
use crate::terminal::say;

pub(crate) fn run(args: &args::Notice) -> Result<Outcome> {
    let mut notices = Notice::of(&args.profile.id, args.occasion);
    if args.json {
        for notice in notices {
            say(&serde_json::to_string(notice)?)?;
        }
        return Ok(Outcome::ALL);
    }
    let notice = notices.next().context("the profile has no notice for that occasion")?;
    let of_the_law = match args.profile.id.as_str() {
        "kr" => "ko",
        "cn" => "zh",
        _ => "en",
    };
    let lang = args.lang.as_deref().unwrap_or(of_the_law);
    let text = if args.html { notice.html(lang) } else { notice.text(lang).map(str::to_owned) };
    say(&text.context("the notice has no text in that language")?)?;
    Ok(Outcome::ALL)
}
