//! `keygen`: a private key and the directory that lets others verify its marks.

use std::path::Path;

use anyhow::{Result, bail};
use watermark_core::signature::Organization;

use crate::Outcome;
use crate::args::Keygen;
use crate::key_store;
use crate::signer::read_public;
use crate::stamping::now;
use crate::terminal::{FAINT, GOOD, as_word, say, shown, warn};

pub(crate) fn run(args: &Keygen) -> Result<Outcome> {
    if args.public_key.is_none() {
        refuse_public_name(&args.output)?;
    }
    if let Some(directory) = &args.into {
        let (key, signed) = key_store::create_into(&args.output, directory, now()?)?;
        let path = shown(&args.output.to_string_lossy());
        say(&format!("{GOOD}Made key {}{GOOD:#}, listed in {}.", key.key_id(), shown(&directory.to_string_lossy())))?;
        say_secret(&path)?;
        if signed {
            warn(&format!(
                "a root key signed {}, and its signature does not hold for the longer list: until it is signed again nobody can use the \
                 directory, and `stamp` refuses a key beside it. With the root key: {}",
                directory.display(),
                key_store::signing_again(directory)
            ));
        }
        return Ok(Outcome::ALL);
    }
    let name = args.name.clone().unwrap_or_default();
    let who = Organization {
        name: name.clone(),
        name_ko: args.name_ko.clone(),
        contact: args.contact.clone(),
        url: args.url.clone(),
    };
    if let Some(path) = &args.public_key {
        let key = read_public(path)?;
        key_store::create_directory(&args.output, &key, who, args.system.clone())?;
        say(&format!("{GOOD}Listed key {}{GOOD:#} for {}.", key.key_id(), shown(&name)))?;
        return say_publish(&shown(&args.output.to_string_lossy())).map(|()| Outcome::ALL);
    }
    let key = key_store::create(&args.output, who, args.system.clone())?;
    let path = shown(&key.path.to_string_lossy());
    let directory = shown(&key_store::directory_path(&key.path).to_string_lossy());
    say(&format!("{GOOD}Made key {}{GOOD:#} for {}.", key.public.key_id(), shown(&name)))?;
    say_secret(&path)?;
    say_publish(&directory)?;
    // As one word, whatever a system's name holds.
    let system =
        args.system.first().map_or_else(String::new, |system| format!(" --system {}", as_word(&system.to_string())));
    say(&format!("To stamp: watermark stamp --key {path}{system} IN.png -o OUT.png"))?;
    Ok(Outcome::ALL)
}

/// Refuses to write a secret under a name that says it may be handed on.
fn refuse_public_name(path: &Path) -> Result<()> {
    let kind = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    let public = match kind.as_deref() {
        Some("json") => "a key directory",
        Some("pub") => "a public key",
        _ => return Ok(()),
    };
    bail!(
        "{} is named like {public}, which is published, and it would hold the private key; end its name in .pem",
        path.display()
    );
}

fn say_secret(path: &str) -> Result<()> {
    say(&format!(
        "    {FAINT}secret{FAINT:#}  {path}: whoever has it signs in your name. Back it up offline, give it to nobody."
    ))?;
    Ok(())
}

fn say_publish(directory: &str) -> Result<()> {
    say(&format!(
        "    {FAINT}publish{FAINT:#} {directory}: verifiers of its marks need it. Hand it over by a way they trust."
    ))?;
    Ok(())
}
