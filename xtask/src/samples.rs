//! The page's sample pictures, stamped anew at every build so that they always fit the format.
//!
//! The demo key is derived from a sentence anyone can read here: whoever wants can sign with it, and the page says so.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use watermark_attacks::find;
use watermark_core::payload::{Origin, Serial, SystemName, UnixSeconds};
use watermark_core::signature::{Directory, DirectoryKey, Organization, PrivateKey, Zeroizing};
use watermark_core::{Carrier, CarrierKey, Raster, Statement, Strength, embed};
use watermark_files::{EncodeOptions, JpegOptions, Limits, Metadata, decode, encode};

use crate::corpus;

const DEMO_SEED: &[u8] = b"watermark browser demo: everyone has this key, it proves nothing";
const STRANGER_SEED: &[u8] = b"watermark browser demo: a key that no directory lists";
/// 2026-11-23T09:30:00Z.
const STAMPED_AT: u32 = 1_795_426_200;
const QUALITY: u8 = 90;

/// Writes `samples/*.jpg`, and the demo key's directory.
pub(crate) fn write(root: &Path) -> Result<()> {
    let folder = root.join("web-demo/samples");
    fs::create_dir_all(&folder)?;
    let city = load(&root.join("watermark-cli/assets/city_rain_768x1033.jpg"))?;
    let parrots = load(&root.join("xtask/assets/parrots_768x512.jpg"))?;
    let system = SystemName::new("demo painter", "1")?;
    let (demo, stranger) = (key(DEMO_SEED), key(STRANGER_SEED));
    let signed = stamp(&city, &demo, &system, 1)?;
    let messenger =
        find("social").context("the attack table has a messenger row")?.apply(&corpus::to_rgb(&signed), 1)?;
    let messenger = messenger.file.context("a messenger sends a JPEG")?.1;
    let files = [
        ("signed", jpeg(&signed)?),
        ("messenger", messenger),
        ("stranger", jpeg(&stamp(&parrots, &stranger, &system, 1)?)?),
        ("unmarked", jpeg(&parrots)?),
    ];
    for (name, bytes) in &files {
        fs::write(folder.join(format!("{name}.jpg")), bytes)?;
    }
    let organization = Organization {
        name: "Demo (everyone has this key)".to_owned(),
        name_ko: Some("데모 (누구나 가진 열쇠)".to_owned()),
        contact: None,
        url: None,
    };
    let directory = Directory::new(organization, vec![DirectoryKey::new(demo.public_key())], vec![system])?;
    fs::write(folder.join("demo.directory.json"), directory.to_json()?)?;
    Ok(())
}

fn key(seed: &[u8]) -> PrivateKey {
    PrivateKey::from_seed(Zeroizing::new(Sha256::digest(seed).into()))
}

fn load(file: &Path) -> Result<Raster> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let raster = decode(&bytes, &Limits::default())?.raster;
    Ok(raster)
}

fn stamp(cover: &Raster, key: &PrivateKey, system: &SystemName, serial: u64) -> Result<Raster> {
    let statement = Statement {
        origin: Origin::Generated,
        realistic: false,
        artistic: false,
        serial: Serial::new(serial)?,
        time: UnixSeconds(STAMPED_AT),
        system: system.tag(),
    };
    let carrier = Carrier::new(&CarrierKey::PUBLIC);
    Ok(embed(cover, &statement, key, &key.public_key(), &carrier, Strength::Auto)?.raster)
}

fn jpeg(raster: &Raster) -> Result<Vec<u8>> {
    Ok(encode(raster, &Metadata::default(), &EncodeOptions::Jpeg(JpegOptions::new(QUALITY)))?.bytes)
}
