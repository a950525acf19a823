//! `trust`: the user's own store of key directories, and the root signatures that keep it up to date.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;
use watermark_core::payload::hex;
use watermark_core::signature::{Directory, Edition, KeyStatus, PublicKey, TrustStore};

use crate::Outcome;
use crate::args::{Trust, TrustAction, TrustAdd, TrustList, TrustRemove, TrustSign, TrustVerify};
use crate::detached::{self, Checked};
use crate::exclusive::Exclusive;
use crate::key_store;
use crate::output::{self, Existing, Readers};
use crate::signer::{AnySigner, SignerSpec};
use crate::stamping::now;
use crate::terminal::{BAD, DOUBTFUL, FAINT, GOOD, error, note, say, shown, warn};
use crate::trust::{self, DirectoryFile};

pub(crate) fn run(args: &Trust) -> Result<Outcome> {
    match &args.action {
        TrustAction::Add(args) => Ok(add(args)),
        TrustAction::List(args) => list(args),
        TrustAction::Remove(args) => remove(args),
        TrustAction::Verify(args) => verify(args),
        TrustAction::Sign(args) => sign(args),
    }
}

fn add(args: &TrustAdd) -> Outcome {
    let mut all = Outcome::ALL;
    for path in &args.files {
        // What is no directory is not one that is refused.
        let read = key_store::read_directory(path).map_err(|reason| (Outcome::ERROR, reason));
        let added = read.and_then(|read| add_one(path, read).map_err(|reason| (Outcome::SOME, reason)));
        if let Err((outcome, reason)) = added {
            error(&format!("{}: not added: {reason:#}", shown(&path.to_string_lossy())));
            all = all.max(outcome);
        }
    }
    all
}

fn add_one(path: &Path, (bytes, directory): (Vec<u8>, Directory)) -> Result<()> {
    let new = DirectoryFile::new(path, &bytes, directory);
    let kept = trust::stored()?;
    let name = shown(&new.directory.organization().name);
    if kept.iter().any(|kept| kept.sha256 == new.sha256) {
        return Ok(say(&format!("{name} is trusted already, in just this edition."))?);
    }
    let replaced = replaced(&new, &kept)?;
    let folder = trust::folder()?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let target = folder.join(format!("{}.json", new.id()));
    // A file of that name goes only if what is in it does.
    let existing = if replaced.iter().any(|old| old.path == target) { Existing::Replace } else { Existing::Keep };
    output::write(&target, &bytes, existing, Readers::Usual, |written| {
        ensure!(written == bytes, "it does not read back");
        Ok(())
    })?;
    for old in replaced.iter().filter(|old| old.path != target) {
        fs::remove_file(&old.path)
            .with_context(|| format!("cannot remove the older edition {}", old.path.display()))?;
    }
    let before = replaced.iter().filter_map(|old| Some(old.directory.endorsement()?.edition.sequence)).max();
    match (new.directory.endorsement(), before) {
        (Some(endorsement), Some(before)) => {
            say(&format!("{GOOD}Updated{GOOD:#} {name}: edition {before} -> {}.", endorsement.edition.sequence))?;
        }
        (Some(endorsement), None) => {
            say(&format!("{GOOD}Trusting{GOOD:#} {name} from now on, edition {}.", endorsement.edition.sequence))?;
            say(&format!("    {FAINT}root{FAINT:#} {}", endorsement.root().to_hex()))?;
            note(
                "compare the root key with what the issuer publishes elsewhere: whoever holds it decides which keys count",
            );
        }
        (None, _) => {
            say(&format!("{GOOD}Trusting{GOOD:#} {name} from now on."))?;
            warn("the directory is not signed by a root key, so later editions cannot be told from forged ones");
        }
    }
    Ok(())
}

/// The older editions that a directory takes the place of.
///
/// # Errors
/// When it must not be kept: any that is kept is the later one, contradicts one of the same number, or has its name and another root.
fn replaced<'a>(new: &DirectoryFile, kept: &'a [DirectoryFile]) -> Result<Vec<&'a DirectoryFile>> {
    let edition = |directory: &Directory| directory.endorsement().map_or(0, |e| e.edition.sequence);
    let (older, others): (Vec<_>, Vec<_>) = kept.iter().partition(|old| new.directory.supersedes(&old.directory));
    for old in others {
        let (ours, theirs) = (edition(&old.directory), edition(&new.directory));
        ensure!(
            !old.directory.supersedes(&new.directory),
            "it is edition {theirs}, and you trust edition {ours} already; an older one may lack a revocation"
        );
        let root = |file: &DirectoryFile| file.directory.endorsement().map(|e| *e.root());
        if root(new).is_some() && root(new) == root(old) {
            bail!(
                "it is edition {theirs} like the one you trust, and says something else; its issuer must sign it again with a \
                 higher sequence"
            );
        }
        let name = &new.directory.organization().name;
        let why = match root(old) {
            Some(_) => "its root did not sign this one",
            None => "it has no root key, so nothing shows that this one is its later edition",
        };
        ensure!(
            old.directory.organization().name != *name,
            "you trust a directory of {name} already, and {why}; if the issuer confirms the change by a way you trust: \
             watermark trust remove {}",
            old.id()
        );
    }
    Ok(older)
}

fn list(args: &TrustList) -> Result<Outcome> {
    let kept = trust::stored()?;
    if kept.is_empty() && !args.json {
        note("no key directory was added yet; add one with `watermark trust add DIRECTORY.json`");
    }
    for file in &kept {
        say(&if args.json { listed_json(file).to_string() } else { listed(file)? })?;
    }
    // Nobody added it, so whoever reads this list would not expect it to count.
    if let Some(path) = trust::development_directory() {
        note(&format!(
            "the development key counts too, without being added, until its directory is deleted: {}",
            path.display()
        ));
    }
    Ok(Outcome::ALL)
}

fn listed_json(file: &DirectoryFile) -> serde_json::Value {
    let directory = &file.directory;
    let who = directory.organization();
    json!({
        "id": file.id(),
        "file": file.path.to_string_lossy(),
        "sha256": hex::encode(&file.sha256),
        "organization": { "name": who.name, "name_ko": who.name_ko, "contact": who.contact, "url": who.url },
        "root": directory.endorsement().map(|e| e.root().to_hex()),
        "sequence": directory.endorsement().map(|e| e.edition.sequence),
        "issued_at": directory.endorsement().map(|e| e.edition.issued_at.to_string()),
        "keys": directory.keys().iter().map(|key| key.public_key.key_id().to_string()).collect::<Vec<_>>(),
        "systems": directory.systems().iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn listed(file: &DirectoryFile) -> Result<String> {
    let directory = &file.directory;
    let who = directory.organization();
    let mut out = format!("{}  {}", file.id(), shown(&who.name));
    if let Some(name) = &who.name_ko {
        let _ = write!(out, " ({})", shown(name));
    }
    let now = now()?;
    let mut line = |label: &str, text: &str| {
        // Writing to a string cannot fail.
        let _ = write!(out, "\n    {FAINT}{label:<8}{FAINT:#} {}", shown(text));
    };
    let root = directory.endorsement().map_or_else(
        || "none: not signed".to_owned(),
        |e| format!("{}, edition {} of {}", e.root().to_hex(), e.edition.sequence, e.edition.issued_at),
    );
    line("root", &root);
    for key in directory.keys() {
        let standing = match key.status_at(now) {
            KeyStatus::Valid => "valid now".to_owned(),
            KeyStatus::Revoked { at } => format!("revoked at {at}"),
            KeyStatus::RevokedLater { at } => format!("valid now, revoked from {at}"),
            KeyStatus::Expired { until } => format!("expired at {until}"),
            KeyStatus::NotYetValid { from } => format!("valid from {from}"),
            _ => "of a standing this version does not know".to_owned(),
        };
        line("key", &format!("{}, {standing}", key.public_key.key_id()));
    }
    for (label, text) in [("contact", &who.contact), ("url", &who.url)] {
        if let Some(text) = text {
            line(label, text);
        }
    }
    Ok(out)
}

fn remove(args: &TrustRemove) -> Result<Outcome> {
    let paths = trust::stored_paths()?;
    // One that cannot be read has its file's name alone.
    let kept: Vec<_> = paths.iter().filter_map(|path| DirectoryFile::read(path).ok()).collect();
    let file = kept.iter().find(|file| file.id() == args.id);
    let by_name = || paths.iter().find(|path| trust::stem(path) == args.id);
    let Some(path) = file.map(|file| &file.path).or_else(by_name) else {
        let named = kept.iter().find(|file| {
            let who = file.directory.organization();
            who.name == args.id || who.name_ko.as_ref() == Some(&args.id)
        });
        match named {
            Some(file) => bail!("directories are removed by id; that of {} is {}", shown(&args.id), file.id()),
            None => {
                bail!("no directory that you trust has the id {:?}; `watermark trust list` shows their ids", args.id)
            }
        }
    };
    fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))?;
    match kept.iter().find(|file| file.path == *path) {
        Some(file) => say(&format!("Not trusting {} any more.", shown(&file.directory.organization().name)))?,
        None => say(&format!("Removed {}, which could not be read.", shown(&path.to_string_lossy())))?,
    }
    Ok(Outcome::ALL)
}

fn verify(args: &TrustVerify) -> Result<Outcome> {
    let mut worst = Outcome::ALL;
    for path in &args.files {
        // What is wrong with the store is not said of the file.
        let checked = if detached::path(path).exists() {
            let trust = trust::load(&args.trust)?;
            verify_detached(path, &trust.store)
        } else {
            verify_directory(path, &trust::stored()?)
        };
        let (outcome, text) = match checked {
            Ok(found) => found,
            Err(reason) => (Outcome::ERROR, format!("{BAD}Not verified{BAD:#}: {}.", shown(&format!("{reason:#}")))),
        };
        worst = worst.max(outcome);
        say(&format!("{}: {text}", shown(&path.to_string_lossy())))?;
    }
    Ok(worst)
}

fn verify_directory(path: &Path, kept: &[DirectoryFile]) -> Result<(Outcome, String)> {
    let sidecar = detached::path(path);
    ensure!(
        !detached::is_report(path),
        "it is a report, and its signature is not beside it: there is no {}; put that there, or ask for a report made with --report-key",
        sidecar.display()
    );
    let file = DirectoryFile::read(path)?;
    let name = shown(&file.directory.organization().name);
    let Some(endorsement) = file.directory.endorsement() else {
        return Ok((
            Outcome::SOME,
            format!(
                "{DOUBTFUL}Not signed{DOUBTFUL:#}: a well-formed directory of {name} that no root key vouches for."
            ),
        ));
    };
    let (root, sequence) = (endorsement.root().to_hex(), endorsement.edition.sequence);
    let says = format!("the directory of {name}, edition {sequence}, is signed by root {root}");
    let known =
        |old: &DirectoryFile| old.directory.endorsement().is_some_and(|old| endorsement.roots().contains(old.root()));
    Ok(match kept.iter().find(|old| known(old)) {
        Some(old) if old.directory.supersedes(&file.directory) => (
            Outcome::SOME,
            format!("{DOUBTFUL}Outdated{DOUBTFUL:#}: {says}, which you trust, but your store has a later edition."),
        ),
        Some(_) => (Outcome::ALL, format!("{GOOD}Verified{GOOD:#}: {says}, which you trust.")),
        None => (
            Outcome::SOME,
            format!(
                "{DOUBTFUL}Root unknown{DOUBTFUL:#}: {says}. Compare it with what the issuer publishes elsewhere, then `watermark trust add` it."
            ),
        ),
    })
}

/// A report with its signature beside it.
fn verify_detached(path: &Path, trust: &TrustStore) -> Result<(Outcome, String)> {
    Ok(match detached::check(path, trust)? {
        Checked::Signed { key, issuer } => {
            (Outcome::ALL, format!("{GOOD}Verified{GOOD:#}: signed by {} with key {key}.", shown(&issuer)))
        }
        Checked::Standing { key, issuer, why } => (
            Outcome::SOME,
            format!(
                "{DOUBTFUL}Signed{DOUBTFUL:#} with key {key} of {}, which does not count: it {why}.",
                shown(&issuer)
            ),
        ),
        Checked::Unknown { key } => (
            Outcome::SOME,
            format!(
                "{DOUBTFUL}Signer unknown{DOUBTFUL:#}: the signature holds under key {key}, which no trusted directory lists."
            ),
        ),
        Checked::Bad => (
            Outcome::SOME,
            format!(
                "{BAD}Bad signature{BAD:#}: the file was changed after it was signed, or the signature is another file's."
            ),
        ),
    })
}

fn sign(args: &TrustSign) -> Result<Outcome> {
    // Until the edition is written: whoever signs at the same time would give it the same number. A new file takes no other's place.
    let alone = args.output.is_none().then(|| Exclusive::wait_for(&args.file)).transpose();
    let _alone = alone.with_context(|| format!("cannot use the key directory {}", args.file.display()))?;
    let Draft { bytes, directory, sequence: before, root } = draft(&args.file)?;
    let sequence = args.sequence.unwrap_or(before + 1);
    ensure!(
        sequence > before,
        "edition {before} is signed already, so whoever has it would refuse edition {sequence}; use a higher --sequence"
    );
    let roots = args.root_key.iter().map(SignerSpec::open).collect::<Result<Vec<_>>>()?;
    if let Some(old) = root {
        ensure!(
            roots.iter().any(|(_, root)| root.to_hex() == old),
            "the present root {old} is not among the root keys given, so nobody who trusts it would follow; to hand over, give \
             --root-key OLD --root-key NEW"
        );
    }
    ensure!(
        !directory.keys().iter().any(|key| roots.iter().any(|(_, root)| *root == key.public_key)),
        "a root key is listed among the keys that stamp; make a key of its own for the root, and keep it offline"
    );
    let signers: Vec<(&(dyn watermark_core::signature::Signer<_> + Send + Sync), PublicKey)> =
        roots.iter().map(|(signer, public): &(AnySigner, PublicKey)| (signer.as_ref(), *public)).collect();
    let issued_at = args.time.map_or_else(now, Ok)?;
    let edition = Edition { sequence, issued_at };
    let text = Directory::endorse(&bytes, Directory::DEFAULT_LIMIT_BYTES, edition, &signers)?;
    let (target, existing) = match &args.output {
        Some(path) => (path, Existing::Keep),
        None => (&args.file, Existing::Replace),
    };
    output::write(target, text.as_bytes(), existing, Readers::Usual, |_| Ok(()))?;
    let name = shown(&directory.organization().name);
    say(&format!(
        "{GOOD}Signed{GOOD:#} edition {sequence} of the directory of {name}: {}",
        shown(&target.to_string_lossy())
    ))?;
    for (_, root) in &roots {
        say(&format!("    {FAINT}root{FAINT:#} {}", root.to_hex()))?;
    }
    Ok(Outcome::ALL)
}

/// A directory on its way to the next edition.
struct Draft {
    bytes: Vec<u8>,
    directory: Directory,
    /// Edition before, 0 when there was none.
    sequence: u64,
    /// Root of the edition before.
    root: Option<String>,
}

/// Reads a directory that may have been edited since it was signed: what its old proofs say is then only where it came from.
fn draft(path: &Path) -> Result<Draft> {
    let refused = || format!("cannot use the key directory {}", path.display());
    let limit = Directory::DEFAULT_LIMIT_BYTES;
    let bytes = key_store::read_limited(path, limit).with_context(refused)?;
    let bytes = key_store::json_text(&bytes).to_vec();
    let mut document: serde_json::Value = serde_json::from_slice(&bytes).with_context(refused)?;
    let proofs = document.as_object_mut().and_then(|fields| fields.remove("proofs"));
    let directory = Directory::from_json(document.to_string().as_bytes(), limit).with_context(refused)?;
    let last = proofs.as_ref().and_then(|proofs| proofs.as_array()?.last());
    let root = last.and_then(|proof| proof["root"].as_str()).map(str::to_lowercase);
    let sequence = root.as_ref().and_then(|_| document["sequence"].as_u64()).unwrap_or(0);
    Ok(Draft { bytes, directory, sequence, root })
}
