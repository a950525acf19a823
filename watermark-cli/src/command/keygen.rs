//! `keygen`: a private key and the directory that lets others verify its marks.

use anyhow::Result;
use watermark_core::signature::Organization;

use crate::Outcome;
use crate::args::Keygen;
use crate::key_store;
use crate::terminal::{FAINT, GOOD, say, shown};

pub(crate) fn run(args: &Keygen) -> Result<Outcome> {
    let who = Organization {
        name: args.name.clone(),
        name_ko: args.name_ko.clone(),
        contact: args.contact.clone(),
        url: args.url.clone(),
    };
    let key = key_store::create(&args.output, who, args.system.clone())?;
    let path = shown(&key.path.to_string_lossy());
    let directory = shown(&key_store::directory_path(&key.path).to_string_lossy());
    say(&format!("{GOOD}Made key {}{GOOD:#} for {}.", key.public.key_id(), shown(&args.name)))?;
    say(&format!(
        "    {FAINT}secret{FAINT:#}  {path}: whoever has it signs in your name. Back it up offline, give it to nobody."
    ))?;
    say(&format!("    {FAINT}publish{FAINT:#} {directory}: verifiers need it. Hand it over by a way they trust."))?;
    say(&format!("Next: watermark stamp --key {path} IN.png -o OUT.png"))?;
    Ok(Outcome::ALL)
}
