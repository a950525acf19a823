//! The browser page's sample pictures. They are part of the repository, so that building the page compiles no stamping program; a test holds
//! them against what the core stamps now.
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

/// A file of the page: its name in `web-demo/samples`, and its bytes.
type File = (&'static str, Vec<u8>);

/// `cargo xtask samples`: writes the pictures and the demo key's directory.
pub(crate) fn run() -> Result<()> {
    let folder = root()?.join("web-demo/samples");
    fs::create_dir_all(&folder)?;
    for (name, bytes) in pictures()?.into_iter().chain([directory()?]) {
        fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}

fn root() -> Result<&'static Path> {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the studies lie in the project's folder")
}

fn pictures() -> Result<[File; 4]> {
    let city = load(&root()?.join("watermark-cli/assets/city_rain_768x1033.jpg"))?;
    let parrots = load(&root()?.join("studies/assets/parrots_768x512.jpg"))?;
    let signed = stamp(&city, &key(DEMO_SEED))?;
    let messenger =
        find("social").context("the attack table has a messenger row")?.apply(&corpus::to_rgb(&signed), 1)?;
    Ok([
        ("signed.jpg", jpeg(&signed)?),
        ("messenger.jpg", messenger.file.context("a messenger sends a JPEG")?.1),
        ("stranger.jpg", jpeg(&stamp(&parrots, &key(STRANGER_SEED))?)?),
        ("unmarked.jpg", jpeg(&parrots)?),
    ])
}

fn directory() -> Result<File> {
    let organization = Organization {
        name: "Demo (everyone has this key)".to_owned(),
        name_ko: Some("데모 (누구나 가진 열쇠)".to_owned()),
        contact: None,
        url: None,
    };
    let keys = vec![DirectoryKey::new(key(DEMO_SEED).public_key())];
    Ok(("demo.directory.json", Directory::new(organization, keys, vec![system()?])?.to_json()?.into_bytes()))
}

fn system() -> Result<SystemName> {
    Ok(SystemName::new("demo painter", "1")?)
}

fn key(seed: &[u8]) -> PrivateKey {
    PrivateKey::from_seed(Zeroizing::new(Sha256::digest(seed).into()))
}

fn load(file: &Path) -> Result<Raster> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let raster = decode(&bytes, &Limits::default())?.raster;
    Ok(raster)
}

fn stamp(cover: &Raster, key: &PrivateKey) -> Result<Raster> {
    let statement = Statement {
        origin: Origin::Generated,
        realistic: false,
        artistic: false,
        serial: Serial::new(1)?,
        time: UnixSeconds(STAMPED_AT),
        system: system()?.tag(),
    };
    let carrier = Carrier::new(&CarrierKey::PUBLIC);
    Ok(embed(cover, &statement, key, &key.public_key(), &carrier, Strength::Auto)?.raster)
}

fn jpeg(raster: &Raster) -> Result<Vec<u8>> {
    Ok(encode(raster, &Metadata::default(), &EncodeOptions::Jpeg(JpegOptions::new(QUALITY)))?.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::psnr_db;

    #[test]
    fn the_pages_samples_are_what_the_core_stamps_now() {
        let folder = root().unwrap().join("web-demo/samples");
        let remedy = "is not what is stamped now: run `cargo xtask samples` and commit web-demo/samples";
        let pixels = |bytes: &[u8]| corpus::to_rgb(&decode(bytes, &Limits::default()).unwrap().raster);
        for (name, bytes) in pictures().unwrap() {
            let kept = fs::read(folder.join(name)).unwrap();
            // Transforms may differ in the last place between machines, and with them a pixel here and there by one; another mark is 42 dB away.
            assert!(psnr_db(&pixels(&kept), &pixels(&bytes)) > 60.0, "{name} {remedy}");
        }
        let (name, bytes) = directory().unwrap();
        assert!(fs::read(folder.join(name)).unwrap() == bytes, "{name} {remedy}");
    }
}
