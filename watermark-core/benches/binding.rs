//! What the edit map and the comparison with the content hash add to verification, on one core.
//!
//! `cargo bench -p watermark-core --features study --bench binding`. Every answer is asserted. Pictures are synthetic (`tests/picture`).

#[path = "../tests/picture/mod.rs"]
mod picture;

use std::sync::LazyLock;

use divan::{AllocProfiler, Bencher};
use picture::synthetic;
use watermark_core::payload::{Origin, Serial, SystemTag, UnixSeconds};
use watermark_core::raster::{Raster, SamplesMut};
use watermark_core::signature::{PrivateKey, Zeroizing};
use watermark_core::study::Unbound;
use watermark_core::{Carrier, CarrierKey, Cause, Comparison, Statement, Strength, embed};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

/// Sides of the square pictures, pixels.
const SIDES: [u32; 3] = [512, 1024, 2048];

static CARRIER: LazyLock<Carrier> = LazyLock::new(|| Carrier::new(&CarrierKey::PUBLIC));

fn main() {
    divan::main();
}

fn stamped(side: u32) -> Raster {
    let key = PrivateKey::from_seed(Zeroizing::new([7; 32]));
    let statement = Statement {
        origin: Origin::Generated,
        realistic: false,
        artistic: true,
        serial: Serial::new(1).expect("40 bits"),
        time: UnixSeconds(1_800_000_000),
        system: SystemTag::NONE,
    };
    let cover = synthetic(side, side, 1);
    embed(&cover, &statement, &key, &key.public_key(), &CARRIER, Strength::Fixed(9.0))
        .expect("the picture has room")
        .raster
}

/// Nothing was changed.
#[divan::bench(args = SIDES, max_time = 4)]
fn unedited(bencher: Bencher<'_, '_>, side: u32) {
    let received = stamped(side);
    let read = Unbound::read(&received, &CARRIER).expect("the codes can be built").expect("a seal was read");
    bencher.bench_local(|| {
        let (map, content) = read.bind(&received);
        assert!(map.regions().is_empty());
        assert_eq!(content.expect("the stamp is bound").comparison, Comparison::Matches);
    });
}

/// A black box over a quarter of each side: an area that shows nothing, and a region to outline.
#[divan::bench(args = SIDES, max_time = 4)]
fn black_box(bencher: Bencher<'_, '_>, side: u32) {
    let mut received = stamped(side);
    let (part, stride) = (side as usize / 4, 3 * side as usize);
    let SamplesMut::U8(samples) = received.samples_mut() else { panic!("the picture has eight bits") };
    samples.chunks_exact_mut(stride).skip(part).take(part).for_each(|row| row[3 * part..6 * part].fill(0));
    let read = Unbound::read(&received, &CARRIER).expect("the codes can be built").expect("a seal was read");
    bencher.bench_local(|| {
        let (map, content) = read.bind(&received);
        assert_eq!(map.regions().iter().map(|region| region.cause).collect::<Vec<_>>(), [Cause::ContentDiffers]);
        assert_eq!(content.expect("the stamp is bound").comparison, Comparison::Matches);
    });
}

/// A part moved 512 px to the right and 1024 px down, where the mark fits again: the content hash alone finds it, after every turn of the hues was tried.
#[divan::bench(args = [2048], max_time = 4)]
fn moved_part(bencher: Bencher<'_, '_>, side: u32) {
    let mut received = stamped(side);
    let (part, stride) = (3 * 512, 3 * side as usize);
    let SamplesMut::U8(samples) = received.samples_mut() else { panic!("the picture has eight bits") };
    let (upper, lower) = samples.split_at_mut(1024 * stride);
    for (from, to) in upper.chunks_exact(stride).zip(lower.chunks_exact_mut(stride)) {
        to[part..].copy_from_slice(&from[..stride - part]);
    }
    let read = Unbound::read(&received, &CARRIER).expect("the codes can be built").expect("a seal was read");
    bencher.bench_local(|| {
        let (map, _) = read.bind(&received);
        assert!(map.regions().iter().any(|region| region.cause == Cause::ContentDiffers));
    });
}
