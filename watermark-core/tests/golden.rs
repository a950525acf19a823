//! Golden vectors of what goes into pixels: codewords of both codes and a stamped picture, the same on every target.
//!
//! The recorded values are in `tests/vectors/stego.txt` of the workspace. After a deliberate change
//! `WATERMARK_RECORD_GOLDEN=1 cargo test -p watermark-core --test golden` writes new ones; say in the commit what changed and why.
//! In WebAssembly: `cargo test -p watermark-core --test golden --target wasm32-unknown-unknown` (needs Node).

mod picture;

use picture::synthetic;
use watermark_core::coding::{PolarCode, Workspace};
use watermark_core::payload::{Origin, Serial, SystemTag, UnixSeconds};
use watermark_core::raster::{Channels, Raster, Samples};
use watermark_core::signature::{PrivateKey, Zeroizing};
use watermark_core::{Carrier, CarrierKey, Effort, Profile, Statement, Strength, embed, extract};

const RECORDED: &str = include_str!("../../tests/vectors/stego.txt");

/// A line of the recorded file: a name, some hashes, and how many of them may differ.
struct Line {
    name: String,
    hashes: Vec<String>,
    may_differ: usize,
}

#[test]
fn what_goes_into_pixels_is_as_recorded() {
    let lines: Vec<Line> = codewords().into_iter().chain(stamped_pictures()).collect();
    if std::env::var_os("WATERMARK_RECORD_GOLDEN").is_some() {
        let text =
            lines.iter().map(|l| format!("{}: {}", l.name, l.hashes.join(" "))).collect::<Vec<_>>().join("\n") + "\n";
        return std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/stego.txt"), text).unwrap();
    }
    for Line { name, hashes, may_differ } in lines {
        let recorded =
            RECORDED.lines().find_map(|line| line.strip_prefix(&name)?.strip_prefix(": ")).unwrap_or_default();
        let recorded: Vec<&str> = recorded.split_whitespace().collect();
        assert_eq!(recorded.len(), hashes.len(), "{name}: another number of hashes than recorded");
        let differ = recorded.iter().zip(&hashes).filter(|(a, b)| a != b).count();
        assert!(differ <= may_differ, "{name}: {differ} of {} hashes differ from the recorded ones", hashes.len());
    }
}

/// 64-bit FNV-1a (Fowler, Noll, Vo), as hexadecimal text.
fn fnv1a(bytes: &[u8]) -> String {
    let hash = |hash: u64, b: &u8| (hash ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", bytes.iter().fold(0xcbf2_9ce4_8422_2325, hash))
}

fn codewords() -> Vec<Line> {
    let messages: [fn(usize) -> u8; 4] =
        [|_| 0, |_| 1, |i| (i % 2) as u8, |i| ((i as u32).wrapping_mul(0x9E37_79B9) >> 31) as u8];
    let of = |(name, code): (&str, PolarCode)| {
        let hash = |bit| {
            let message: Vec<u8> = (0..code.payload_bits()).map(bit).collect();
            let codeword = code.encode(&message).unwrap();
            let llr: Vec<f32> = codeword.iter().map(|&b| 2.0 - 4.0 * f32::from(b)).collect();
            assert_eq!(code.decode(&llr, 8, &mut Workspace::default()).unwrap().payload, message);
            fnv1a(&codeword)
        };
        Line { name: name.into(), hashes: messages.map(hash).to_vec(), may_differ: 0 }
    };
    let beacon = PolarCode::new(512, 104).unwrap();
    let seal = PolarCode::with_predictable(4096, 768, 48..224).unwrap();
    [("beacon codewords", beacon), ("seal codewords", seal)].map(of).into()
}

/// One hash for every eight rows of stamped pixels. The pilot goes through an FFT, whose last place depends on the machine's
/// vector instructions and can round a pixel the other way once in a while: one hash in ten may differ, no more.
fn stamped_pictures() -> Vec<Line> {
    let key = PrivateKey::from_seed(Zeroizing::new([7; 32]));
    let carrier = Carrier::new(&CarrierKey::PUBLIC);
    let statement = Statement {
        origin: Origin::Altered,
        realistic: true,
        artistic: false,
        serial: Serial::new(0xAB_CDEF_0123).unwrap(),
        time: UnixSeconds(1_800_000_000),
        system: SystemTag(0x1234),
    };
    let of = |(name, cover, strength): (&str, Raster, Strength)| {
        let stamped = embed(&cover, &statement, &key, &key.public_key(), &carrier, strength).unwrap();
        assert_eq!(stamped.profile, Profile::Sealed, "{name}");
        let read = extract(&stamped.raster, &carrier, Effort::Fast).unwrap();
        assert_eq!(read.payload(), Some(stamped.payload), "{name}");
        let bytes: Vec<u8> = match stamped.raster.samples() {
            Samples::U8(s) => s.clone(),
            // The lower byte would show every last place of a float.
            Samples::U16(s) => s.iter().map(|v| (v >> 8) as u8).collect(),
        };
        let rows = 8 * cover.width() as usize * cover.channels().count();
        let hashes: Vec<String> = bytes.chunks(rows).map(fnv1a).collect();
        Line { name: name.into(), may_differ: hashes.len() / 10, hashes }
    };
    let (rgb, deep, fixed) = (synthetic(400, 328, 3), deepen(&synthetic(328, 400, 4)), Strength::Fixed(9.0));
    let searched = ("rgb, 8 bit, strengths searched", rgb.clone(), Strength::Auto);
    [("rgb, 8 bit", rgb, fixed), ("gray and alpha, 16 bit", deep, fixed), searched].map(of).into()
}

/// The green channel with 16 bits and a slowly changing alpha.
fn deepen(rgb: &Raster) -> Raster {
    let Samples::U8(samples) = rgb.samples() else { unreachable!("synthetic pictures have eight bits") };
    let pixel = |(i, p): (usize, &[u8])| [u16::from(p[1]) * 257, 65_535 - (i % 4096) as u16];
    let samples = samples.chunks_exact(3).enumerate().flat_map(pixel).collect();
    Raster::new(rgb.width(), rgb.height(), Channels::GrayAlpha, Samples::U16(samples)).unwrap()
}
