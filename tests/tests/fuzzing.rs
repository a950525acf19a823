//! The fuzz targets on the stable compiler: every seed as it is, then mutations of the seeds, the same in every run.

use std::path::PathBuf;

use watermark_tests::fuzzing::{TARGETS, Target};

/// Mutations of every seed, by target. `WATERMARK_FUZZ=N` makes N times as many.
const MUTATIONS: [(&str, u64); 4] = [("image", 40), ("payload", 4000), ("directory", 1500), ("codeword", 12)];

fn seeds((name, _): Target) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/seeds")).join(name);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| (file.clone(), std::fs::read(file).unwrap())).collect()
}

/// `SplitMix64`.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }
}

/// One to six changes, most of them near the front, where headers are.
fn mutate(random: &mut Random, seed: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(6) {
        let reach = if random.below(3) == 0 { bytes.len() } else { bytes.len().min(200) };
        let at = random.below(reach);
        match random.below(8) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => drop(bytes.drain(at..(at + 1 + random.below(16)).min(bytes.len()))),
            2 => {
                let part = bytes[at..(at + random.below(64)).min(bytes.len())].to_vec();
                bytes.splice(at..at, part);
            }
            3 => bytes.splice(at.., other[random.below(other.len()).min(other.len())..].iter().copied()).for_each(drop),
            4 if at < bytes.len() => bytes[at] = [0, 1, 0x7F, 0x80, 0xFF][random.below(5)],
            5 if at + 4 <= bytes.len() => bytes[at..at + 4].fill([0, 0x7F, 0xFF][random.below(3)]),
            _ if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            _ => bytes.push(random.below(256) as u8),
        }
    }
    bytes
}

fn drive(name: &str) {
    let target = *TARGETS.iter().find(|(n, _)| *n == name).unwrap();
    let times = std::env::var("WATERMARK_FUZZ").ok().and_then(|n| n.parse::<u64>().ok()).unwrap_or(1);
    let count = times * MUTATIONS.iter().find(|(n, _)| *n == name).unwrap().1;
    let seeds = seeds(target);
    assert!(!seeds.is_empty(), "no seeds for {name}");
    for (at, (file, seed)) in seeds.iter().enumerate() {
        (target.1)(seed);
        for i in 0..count {
            let mut random = Random(i ^ (at as u64) << 32);
            let other = &seeds[random.below(seeds.len())].1;
            let bytes = mutate(&mut random, seed, other);
            let outcome = std::panic::catch_unwind(|| (target.1)(&bytes));
            if outcome.is_err() {
                let finding = std::env::temp_dir().join(format!("watermark-{name}-{at}-{i}"));
                std::fs::write(&finding, &bytes).unwrap();
                panic!("{name}: mutation {i} of {} fails; the input is kept as {}", file.display(), finding.display());
            }
        }
    }
}

#[test]
fn any_image_file() {
    drive("image");
}

#[test]
fn any_payload() {
    drive("payload");
}

#[test]
fn any_directory_or_key() {
    drive("directory");
}

#[test]
fn any_soft_bits() {
    drive("codeword");
}
