//! `demo`: a picture is stamped, copies of it are attacked, and each is verified from the file it became.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use image::RgbImage;
use watermark_attacks::{ATTACKS, Attack};
use watermark_core::payload::{Origin, Serial, SystemName};
use watermark_core::signature::{Organization, TrustStore};
use watermark_core::{Carrier, CarrierKey, Language, Statement, Strength, embed, psnr_db};
use watermark_files::{EncodeOptions, Metadata};
use watermark_report::Record;

use crate::Outcome;
use crate::args::{C2paTrust, Demo};
use crate::evidence::origin_words;
use crate::examine::{Examiner, Maps};
use crate::inputs::{Input, Place};
use crate::manifest::ManifestReader;
use crate::memory::Memory;
use crate::output;
use crate::terminal::{BAD, DOUBTFUL, FAINT, GOOD, say, shown};
use crate::trust::Trust;
use crate::{batch, key_store, picture, sample, stamping};

/// What everyday life does to pictures, by the names of the attack table.
const EVERYDAY: &[&str] = &[
    "identity",
    "jpeg75",
    "jpeg50",
    "jpeg30",
    "webp50",
    "resize050_left",
    "upscale150_left",
    "crop50",
    "crop50_corner",
    "bright060",
    "contrast140",
    "gray",
    "posterize4",
    "noise10",
    "blur1",
    "sharpen",
    "overlay10",
    "screenshot",
    "social",
    "rot5",
    "flip",
    "page060_jpeg75",
];

/// By how much the difference picture is magnified.
const DIFFERENCE_GAIN: f32 = 16.0;
/// Seeds the attacks' random numbers, so that two runs attack alike.
const SEED: u64 = 1;

pub(crate) fn run(args: &Demo) -> Result<Outcome> {
    let folder = &args.out;
    output::make_folder(folder)?;
    let memory = Memory::of_system();
    let (stamped, examiner) = prepare(args, folder, &memory)?;
    let attacks: Vec<&'static Attack> =
        ATTACKS.iter().filter(|attack| args.all || EVERYDAY.contains(&attack.name)).collect();
    say(&format!(
        "\n{FAINT}{:<20} {:<15} {:<42} {:>8} {:>8}  what was done{FAINT:#}",
        "attack", "verdict", "read", "log10 p", "ms"
    ))?;
    let mut untouched = false;
    let mut verified = 0;
    let work =
        |_, attack: &&'static Attack| batch::guarded(|| try_attack(attack, &stamped, folder, &examiner, &memory));
    batch::in_order(&attacks, batch::jobs(None), work, |result| {
        let (attack, record) = result?;
        untouched |= attack.name == "identity" && record.is_verified();
        verified += usize::from(record.is_verified());
        say(&row(attack, &record))?;
        Ok(())
    })?;
    let at = |file: &str| shown(&folder.join(file).to_string_lossy());
    say(&format!(
        "\n{verified} of {} copies verify. Look at stamped.png beside original.png, and at difference-x16.png, in {}.\n\
         Check any of them yourself: watermark verify --trust {} {}",
        attacks.len(),
        shown(&folder.to_string_lossy()),
        at("demo.directory.json"),
        at("jpeg50.jpg")
    ))?;
    Ok(if untouched { Outcome::ALL } else { Outcome::SOME })
}

/// Stamps the picture with a key made for the occasion; writes the pictures and the directory.
fn prepare(args: &Demo, folder: &Path, memory: &Memory) -> Result<(RgbImage, Examiner)> {
    let bytes = match &args.image {
        None => sample::PICTURE.to_vec(),
        Some(path) => {
            let place = Place::File(path.clone());
            Input { shown: String::new(), place, below: path.clone() }
                .read()
                .with_context(|| path.display().to_string())?
        }
    };
    let (file, _share) = batch::guarded(|| picture::decode(&bytes, memory))?;
    let cover = picture::to_rgb(&file.raster)?;
    let key = key_store::random_key()?;
    let public = key.public_key();
    let system = SystemName::new("demo", env!("CARGO_PKG_VERSION"))?;
    let statement = Statement {
        origin: Origin::Generated,
        realistic: true,
        artistic: false,
        serial: Serial::new(1)?,
        time: stamping::now()?,
        system: system.tag(),
    };
    let who = Organization { name: "Demo, key made for this run".to_owned(), name_ko: None, contact: None, url: None };
    let directory = key_store::directory_of(&public, who, vec![system])?;
    let carrier = Carrier::new(&CarrierKey::PUBLIC);
    let raster = picture::from_rgb(cover.clone())?;
    let stamped = embed(&raster, &statement, &key, &public, &carrier, Strength::Auto)?;
    let psnr = psnr_db(&raster, &stamped.raster).unwrap_or(f64::INFINITY);
    say(&format!(
        "Stamped {} ({} x {} px): {}, strength {:.1}, PSNR {psnr:.1} dB",
        args.image.as_ref().map_or_else(|| sample::CREDIT.to_owned(), |path| shown(&path.to_string_lossy())),
        cover.width(),
        cover.height(),
        stamping::profile_name(stamped.profile),
        stamped.strength
    ))?;
    let marked = picture::to_rgb(&stamped.raster)?;
    write(folder, "demo.directory.json", directory.to_json()?.as_bytes())?;
    write_png(folder, "difference-x16.png", picture::magnified_difference(&cover, &marked, DIFFERENCE_GAIN))?;
    write_png(folder, "original.png", cover)?;
    write_png(folder, "stamped.png", marked.clone())?;
    let trust =
        Trust { store: TrustStore::new(vec![directory]), by_default: false, files: Vec::new(), outdated: Vec::new() };
    let manifests = ManifestReader::open(&C2paTrust { c2pa_trust: None })?;
    let examiner = Examiner {
        carrier,
        effort: args.effort.into(),
        trust,
        manifests,
        ledger: None,
        maps: Maps::None,
        labels: None,
    };
    Ok((marked, examiner))
}

fn try_attack(
    attack: &'static Attack,
    stamped: &RgbImage,
    folder: &Path,
    examiner: &Examiner,
    memory: &Memory,
) -> Result<(&'static Attack, Record)> {
    let attacked = attack.apply(stamped, SEED)?;
    let name = format!("{}.{}", attack.name, attacked.extension());
    let bytes = match attacked.file {
        Some((_, bytes)) => bytes,
        None => png(attacked.image)?,
    };
    write(folder, &name, &bytes)?;
    let record = examiner.bytes(&name, &bytes, memory).record;
    ensure!(!record.is_error(), "{name}: {}", record.error.unwrap_or_default());
    Ok((attack, record))
}

fn row(attack: &Attack, record: &Record) -> String {
    let style = match record.verdict {
        "verified" => GOOD,
        "none" => BAD,
        _ => DOUBTFUL,
    };
    let read = match (&record.payload, record.beacon.decoded) {
        (Some(payload), _) => format!("signed, serial {}, {}", record.beacon.serial.unwrap_or_default(), payload.time),
        (None, true) => format!(
            "{}, serial {}",
            origin_words(record.beacon.origin.as_deref(), Language::English),
            record.beacon.serial.unwrap_or_default()
        ),
        (None, false) => "-".to_owned(),
    };
    let log10_p = record.detection.as_ref().map_or(0.0, |detection| detection.log10_p);
    format!(
        "{:<20} {style}{:<15}{style:#} {read:<42} {log10_p:>8.1} {:>8.0}  {FAINT}{}{FAINT:#}",
        attack.name, record.verdict, record.timing_ms.total, attack.description
    )
}

fn png(picture: RgbImage) -> Result<Vec<u8>> {
    Ok(watermark_files::encode(&picture::from_rgb(picture)?, &Metadata::default(), &EncodeOptions::Png)?.bytes)
}

fn write_png(folder: &Path, name: &str, picture: RgbImage) -> Result<()> {
    write(folder, name, &png(picture)?)
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = folder.join(name);
    fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
