//! `stamp`: marks into files, one output per input.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail, ensure};
use watermark_core::payload::{KeyId, Serial};
use watermark_core::{Carrier, CarrierKey};
use watermark_files::Format;

use crate::Outcome;
use crate::args::{BadgeArgs, Stamp};
use crate::batch;
use crate::inputs::{self, Found, Input};
use crate::key_store::{self, SigningKey};
use crate::labelling;
use crate::ledger::{self, Index, Ledger};
use crate::manifest::ManifestWriter;
use crate::memory::Memory;
use crate::output::{self, Existing};
use crate::progress::Progress;
use crate::signer::SignerSpec;
use crate::stamping::{StampRecord, Stamper, Target};
use crate::terminal::{DOUBTFUL, GOOD, error, note, say, shown, warn};

/// One input with all that was settled for it before work began.
struct Job {
    input: Input,
    target: Target,
    serial: Serial,
}

pub(crate) fn run(args: &Stamp) -> Result<Outcome> {
    let (mut jobs, passed_over) = plan(args)?;
    spare_what_is_used(args, &jobs)?;
    let key = signing_key(args)?;
    warn_about(&key, args);
    warn_about_quality(args, &jobs);
    let directory = key.directory.as_ref();
    let labelling = labelling::settle(&args.labels, args.system.as_ref(), directory, args.c2pa.c2pa)?;
    let asked = labelling.as_ref().and_then(|labelling| {
        labelling::badge_text(labelling, labelling.circumstances(args.origin.into(), args.realistic, args.artistic))
    });
    let badge = args.badge.label(asked.as_deref())?;
    if badge.is_none() {
        warn_about_label(&args.badge);
    }
    let ledger = args.ledger.as_deref().map(Ledger::open).transpose()?;
    // After the opening: of records appended from then on, the ledger itself knows the serials.
    if let Some(path) = &args.ledger {
        never_twice(&mut jobs, &Index::new(path)?, key.public.key_id(), args.id.is_some())?;
    }
    let stamper = Stamper {
        key,
        carrier: key_store::carrier(args.carrier_key.as_deref())?,
        public_carrier: args.carrier_key.is_some().then(|| Carrier::new(&CarrierKey::PUBLIC)),
        origin: args.origin.into(),
        realistic: args.realistic,
        artistic: args.artistic,
        system: args.system.clone(),
        labelling,
        badge,
        ledger,
        manifest: ManifestWriter::open(&args.c2pa, args.origin.into())?,
        time: args.time,
        strength: args.strength,
        quality: args.quality,
        force: args.force,
        existing: if args.overwrite { Existing::Replace } else { Existing::Keep },
    };
    let memory = Memory::of_system();
    let progress = Progress::new(jobs.len(), args.quiet);
    let to_stdout = jobs.iter().any(|job| job.target == Target::Stdout);
    let mut stamped = 0;
    let work = |_, job: &Job| stamper.stamp(&job.input, &job.target, job.serial, &memory);
    batch::in_order(&jobs, batch::jobs(args.jobs), work, |record| {
        stamped += usize::from(record.error.is_none());
        progress.advance(|| print(&record, args, to_stdout))
    })?;
    progress.finish();
    if jobs.len() > 1 && !args.json && !args.quiet {
        say(&format!("{stamped} of {} stamped{}", jobs.len(), inputs::counted_in(&passed_over)))?;
    }
    inputs::warn_of(&passed_over);
    Ok(if stamped == jobs.len() { Outcome::ALL } else { Outcome::SOME })
}

/// Inputs, outputs and serial numbers, refused before any work when they cannot go together; and the pictures that are passed over.
fn plan(args: &Stamp) -> Result<(Vec<Job>, Vec<PathBuf>)> {
    let Found { inputs, passed_over, .. } = inputs::expand(&args.inputs, args.out_dir.as_deref())?;
    ensure!(
        args.output.is_none() || inputs.len() == 1,
        "-o names one file, but there are {} images; use --out-dir DIR",
        inputs.len()
    );
    if let Some(folder) = &args.out_dir {
        output::make_folder(folder)?;
    }
    let mut taken: BTreeMap<PathBuf, String> = BTreeMap::new();
    let mut jobs = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.into_iter().enumerate() {
        let input = if args.out_dir.is_some() { input.with_a_name()? } else { input };
        let target = target(args, &input)?;
        if let Target::File(path) = &target
            // Two names, one file: of the stamped images only the last would be left.
            && let Some(other) = taken.insert(output::resolved(path), input.shown.clone())
        {
            bail!("{other} and {} would both be written to {}; stamp them apart", input.shown, path.display());
        }
        jobs.push(Job { target, serial: serial(args.id, index)?, input });
    }
    Ok((jobs, inputs::other_pictures(passed_over)))
}

fn target(args: &Stamp, input: &Input) -> Result<Target> {
    match (&args.output, &args.out_dir) {
        (Some(path), _) if path.as_os_str() == "-" => {
            ensure!(!args.json, "-o - sends the image to stdout, where --json would write too; name a file");
            Ok(Target::Stdout)
        }
        (Some(path), _) => {
            ensure!(!path.is_dir(), "{} is a folder; use --out-dir for it", path.display());
            Ok(Target::File(path.clone()))
        }
        (None, Some(folder)) => {
            let path = folder.join(&input.below);
            let parent = path.parent().unwrap_or(Path::new("."));
            output::make_folder(parent)?;
            Ok(Target::File(path))
        }
        (None, None) => bail!("say where the stamped image goes: -o OUT or --out-dir DIR"),
    }
}

/// Refuses outputs that are a file that this very stamp rests on, by whatever name: with --overwrite a key would be gone for good.
fn spare_what_is_used(args: &Stamp, jobs: &[Job]) -> Result<()> {
    let given = args.signer.as_ref().map(SignerSpec::path).or(args.key.as_deref()).map(Path::to_path_buf);
    let key = given.or_else(|| key_store::development_path().ok());
    let directory = key.as_deref().map(key_store::directory_path);
    let used = [
        ("the ledger", args.ledger.as_deref()),
        ("the key", key.as_deref()),
        ("the key's directory", directory.as_deref()),
        ("the carrier key", args.carrier_key.as_deref()),
        ("the key of the manifest", args.c2pa.c2pa_key.as_deref()),
        ("the certificate of the manifest", args.c2pa.cert.as_deref()),
    ];
    let used: BTreeMap<_, _> =
        used.into_iter().filter_map(|(what, path)| Some((output::resolved(path?), (what, path?)))).collect();
    for job in jobs {
        if let Target::File(path) = &job.target
            && let Some((what, other)) = used.get(&output::resolved(path))
        {
            let by_another_name =
                if path == other { String::new() } else { format!(" ({} is the same file)", other.display()) };
            bail!("{} cannot be both the stamped image and {what}{by_another_name}; name two files", path.display());
        }
    }
    Ok(())
}

/// The number asked for, counted up; else 40 random bits.
fn serial(first: Option<Serial>, index: usize) -> Result<Serial> {
    if let Some(first) = first {
        return Ok(Serial::new(first.get().saturating_add(index as u64))?);
    }
    random_serial()
}

fn random_serial() -> Result<Serial> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes[3..])
        .map_err(|error| anyhow!("the operating system gives no random numbers: {error}"))?;
    Ok(Serial::new(u64::from_be_bytes(bytes))?)
}

/// Numbers that the ledger does not hold yet for this key: a random one is drawn again, one asked for is refused before any work.
fn never_twice(jobs: &mut [Job], index: &Index, key: KeyId, asked: bool) -> Result<()> {
    for job in jobs {
        while index.knows(key, job.serial) {
            if asked {
                return Err(ledger::repeated(index.path(), key, job.serial));
            }
            job.serial = random_serial()?;
        }
    }
    Ok(())
}

fn signing_key(args: &Stamp) -> Result<SigningKey> {
    let file = args.key.clone().map(SignerSpec::File);
    if let Some(spec) = args.signer.clone().or(file) {
        return key_store::open(&spec);
    }
    let (key, made) = key_store::development()?;
    let verb = if made { "made" } else { "using" };
    warn(&format!(
        "no --key given: {verb} the development key {} in {}. Marks made with it prove nothing to anybody else; for real \
         ones: watermark keygen -o KEY.pem --name NAME",
        key.public.key_id(),
        key.path.display()
    ));
    Ok(key)
}

/// What will make the mark less useful than the user may think.
fn warn_about(key: &SigningKey, args: &Stamp) {
    let system = args.system.as_ref();
    if args.signer.is_none() && key_store::is_open_to_others(&key.path) {
        let path = key.path.display();
        warn(&format!("the private key {path} can be read by other users; close it with: chmod 600 {path}"));
    }
    let file = key_store::directory_path(&key.path);
    let Some(directory) = &key.directory else {
        if let Some(system) = system {
            warn(&format!("there is no {}; whoever verifies needs a directory that lists {system}", file.display()));
        }
        return;
    };
    let id = key.public.key_id();
    if !directory.keys().iter().any(|listed| listed.public_key == key.public) {
        warn(&format!("{} does not list key {id}; nobody can verify with it", file.display()));
    }
    if let Some(system) = system
        && !directory.systems().contains(system)
    {
        let entry =
            serde_json::json!({ "tag": system.tag().to_string(), "name": system.name(), "version": system.version() });
        warn(&format!(
            "{} does not list {system}, so verifiers will see the tag {} only; add this to its \"systems\": {entry}",
            file.display(),
            system.tag()
        ));
    }
}

/// A quality asked for where the format has none.
fn warn_about_quality(args: &Stamp, jobs: &[Job]) {
    let is_png = |job: &&Job| match &job.target {
        Target::File(path) => path.extension().and_then(|e| Format::from_extension(e.to_str()?)) == Some(Format::Png),
        Target::Stdout => false,
    };
    if args.quality.is_some()
        && let Some(job) = jobs.iter().find(is_png)
        && let Target::File(path) = &job.target
    {
        warn(&format!("--quality does nothing for PNG, which is lossless: {}", path.display()));
    }
}

/// What is said of a label where there is none.
fn warn_about_label(args: &BadgeArgs) {
    for (given, option) in
        [(args.badge_corner.is_some(), "--badge-corner"), (args.badge_size.is_some(), "--badge-size")]
    {
        if given {
            warn(&format!("{option} does nothing, since no label is drawn; ask for one with --badge PRESET|TEXT"));
        }
    }
}

fn print(record: &StampRecord, args: &Stamp, to_stdout: bool) -> Result<()> {
    if args.json {
        say(&serde_json::to_string(record)?)?;
    }
    let file = shown(&record.file);
    if let Some(reason) = &record.error {
        // With --json too: the reason belongs on stderr as well.
        error(&format!("{file}: not stamped: {}", shown(reason)));
        return Ok(());
    }
    if args.json {
        return Ok(());
    }
    if !args.quiet && !to_stdout {
        say(&line(record))?;
    }
    for text in &record.notes {
        note(&format!("{file}: {}", shown(text)));
    }
    let owed = record.labels.as_ref().and_then(|labels| labels.notice.as_ref());
    if let Some(owed) = owed.filter(|_| !args.quiet) {
        let text = owed.texts.get("ko").copied().unwrap_or_default();
        note(&format!("{file}: a notice is owed with it, at least once, outside the file ({}): {text}", owed.id));
    }
    Ok(())
}

fn line(record: &StampRecord) -> String {
    let style = if record.profile == Some("sealed") { GOOD } else { DOUBTFUL };
    let psnr = record.psnr_db.map_or_else(String::new, |db| format!(", {db:.1} dB"));
    let label = record.badge.as_ref().map(|badge| format!(", label \"{}\"", shown(&badge.place.text)));
    let label = label.unwrap_or_default();
    let labels = record.labels.as_ref().map_or_else(String::new, |labels| {
        let names: Vec<_> = labels.layers.iter().map(|layer| layer.name()).collect();
        format!(", layers {} ({})", names.join(" + "), labels.profiles.join(", "))
    });
    format!(
        "{} -> {}: {style}{}{style:#}, key {}, serial {}, strength {:.1}{psnr}{label}{labels}",
        shown(&record.file),
        shown(&record.output),
        record.profile.unwrap_or_default(),
        record.key_id,
        record.serial,
        record.strength.unwrap_or_default(),
    )
}
