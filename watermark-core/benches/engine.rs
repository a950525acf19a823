//! How long stamping and reading take on one core, codecs left out, and how much memory they need at the peak.
//!
//! `cargo bench -p watermark-core --bench engine`, with a part of a name behind `--` to choose. Every answer is asserted, so a
//! number here is the time of a right answer. Pictures are synthetic (`tests/picture`): a 1/f spectrum, smooth and busy regions,
//! hard edges. `max alloc` over the bytes of one plane (4 a pixel) is the number of planes in use at once.

#[path = "../tests/picture/mod.rs"]
mod picture;

use std::sync::LazyLock;

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher};
use picture::synthetic;
use watermark_core::payload::{Origin, Serial, SystemTag, UnixSeconds};
use watermark_core::raster::{Raster, Samples};
use watermark_core::signature::{PrivateKey, Zeroizing};
use watermark_core::{Carrier, CarrierKey, Effort, Profile, Stamped, Statement, Strength, embed, extract};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

/// Sides of the square pictures, pixels.
const SIDES: [u32; 4] = [512, 1024, 2048, 4096];
/// In the range of what the search finds.
const STRENGTH: Strength = Strength::Fixed(9.0);

static CARRIER: LazyLock<Carrier> = LazyLock::new(|| Carrier::new(&CarrierKey::PUBLIC));

fn main() {
    divan::main();
}

fn stamp(cover: &Raster, strength: Strength) -> Stamped {
    let key = PrivateKey::from_seed(Zeroizing::new([7; 32]));
    let statement = Statement {
        origin: Origin::Generated,
        realistic: false,
        artistic: true,
        serial: Serial::new(1).expect("40 bits"),
        time: UnixSeconds(1_800_000_000),
        system: SystemTag::NONE,
    };
    let stamped = embed(cover, &statement, &key, &key.public_key(), &CARRIER, strength).expect("the picture has room");
    assert_eq!(stamped.profile, Profile::Sealed);
    stamped
}

fn bench_stamp(bencher: Bencher<'_, '_>, side: u32, strength: Strength) {
    let cover = synthetic(side, side, 1);
    let read = extract(&stamp(&cover, strength).raster, &CARRIER, Effort::Fast).expect("the codes can be built");
    assert!(read.payload().is_some());
    bencher.counter(ItemsCount::new(side * side)).bench_local(|| stamp(&cover, strength));
}

#[divan::bench(args = SIDES, max_time = 4)]
fn stamp_fixed(bencher: Bencher<'_, '_>, side: u32) {
    bench_stamp(bencher, side, STRENGTH);
}

#[divan::bench(args = SIDES, max_time = 4)]
fn stamp_search(bencher: Bencher<'_, '_>, side: u32) {
    bench_stamp(bencher, side, Strength::Auto);
}

/// Marked, as it was stamped: no search.
#[divan::bench(args = SIDES, max_time = 4)]
fn verify_unmoved(bencher: Bencher<'_, '_>, side: u32) {
    let stamped = stamp(&synthetic(side, side, 1), STRENGTH);
    bencher.counter(ItemsCount::new(side * side)).bench_local(|| {
        let read = extract(&stamped.raster, &CARRIER, Effort::Normal).expect("the codes can be built");
        assert_eq!(read.payload(), Some(stamped.payload));
    });
}

/// Marked and cropped by an odd offset: the offset search finds it.
#[divan::bench(args = SIDES, max_time = 4)]
fn verify_cropped(bencher: Bencher<'_, '_>, side: u32) {
    let stamped = stamp(&synthetic(side + 101, side + 77, 1), STRENGTH);
    let received = crop(&stamped.raster, 101, 77);
    bencher.counter(ItemsCount::new(side * side)).bench_local(|| {
        let read = extract(&received, &CARRIER, Effort::Normal).expect("the codes can be built");
        assert!(read.is_marked() && read.beacon == Some(stamped.payload.beacon));
    });
}

/// Unmarked: every search is made, in vain.
#[divan::bench(args = SIDES, max_time = 4)]
fn verify_full(bencher: Bencher<'_, '_>, side: u32) {
    let cover = synthetic(side, side, 1);
    bencher.counter(ItemsCount::new(side * side)).bench_local(|| {
        let read = extract(&cover, &CARRIER, Effort::Normal).expect("the codes can be built");
        assert!(!read.is_marked());
    });
}

/// Unmarked, without searches.
#[divan::bench(args = SIDES, max_time = 4)]
fn verify_fast(bencher: Bencher<'_, '_>, side: u32) {
    let cover = synthetic(side, side, 1);
    bencher.counter(ItemsCount::new(side * side)).bench_local(|| {
        let read = extract(&cover, &CARRIER, Effort::Fast).expect("the codes can be built");
        assert!(!read.is_marked());
    });
}

#[divan::bench]
fn carrier(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| Carrier::new(&CarrierKey::PUBLIC));
}

/// What is left of an 8-bit RGB picture without its first `left` columns and `top` rows.
fn crop(raster: &Raster, left: usize, top: usize) -> Raster {
    let Samples::U8(samples) = raster.samples() else { panic!("the picture has eight bits") };
    let rows = samples.chunks_exact(3 * raster.width() as usize).skip(top);
    let kept = rows.flat_map(|row| row[3 * left..].iter().copied()).collect();
    let (width, height) = (raster.width() - left as u32, raster.height() - top as u32);
    Raster::new(width, height, raster.channels(), Samples::U8(kept)).expect("whole rows")
}
