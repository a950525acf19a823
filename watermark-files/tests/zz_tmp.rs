mod common;
use watermark_files::*;
#[test]
fn psnr3() {
    for n in ["kodim01", "ai_flux_schnell_table_1024", "photo_hubble_dark"] {
        let t = std::time::Instant::now();
        let a = common::read(&std::fs::read(format!("/tmp/avifpix/{n}.avif")).unwrap()).raster;
        let e = t.elapsed();
        let b = common::read(&std::fs::read(format!("/tmp/avifpix/{n}.ref.png")).unwrap()).raster;
        println!("{n} {:.2} dB {e:?}", common::psnr(&a, &b));
    }
}
#[test]
fn fuzz() {
    let seed: u64 = std::env::var("SEED").map_or(1, |s| s.parse().unwrap());
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ seed.wrapping_mul(0xdeadbeefcafe1235);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let limits = Limits { max_pixels: 1_000_000, ..Limits::default() };
    let names: Vec<_> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().unwrap() == "avif")
        .collect();
    let files: Vec<_> = names.iter().map(|p| std::fs::read(p).unwrap()).collect();
    let t = std::time::Instant::now();
    let (mut n, mut ok, mut dam, mut pan, mut slow) = (0u64, 0u64, 0u64, 0u64, 0f64);
    while t.elapsed().as_secs() < 60 {
        let w = &files[next() as usize % files.len()];
        let mut bad = w.clone();
        let body = bad.windows(4).position(|x| x == b"mdat").unwrap() + 4;
        let head = next() % 3 == 0;
        for _ in 0..=next() % 6 {
            let r = if head {
                0..bad.len()
            } else if next() % 2 == 0 {
                body..(body + 30)
            } else {
                body..bad.len()
            };
            let i = r.start + next() as usize % (r.end - r.start);
            if next() % 2 == 0 { bad[i] ^= 1 << (next() % 8) } else { bad[i] = next() as u8 }
        }
        std::fs::write(format!("/tmp/avifpix/last_{seed}.avif"), &bad).unwrap();
        let s = std::time::Instant::now();
        match decode(&bad, &limits) {
            Ok(_) => ok += 1,
            Err(DecodeError::DecoderFailed { .. }) => pan += 1,
            Err(_) => dam += 1,
        }
        slow = slow.max(s.elapsed().as_secs_f64());
        n += 1;
    }
    println!("n {n} ok {ok} refused {dam} panics {pan} slowest {slow}");
}
