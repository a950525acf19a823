//! The code as a whole: against naive twins, golden vectors, hostile inputs, and a recorded block error rate.

use super::decoder::Workspace;
use super::kernels::transform;
use super::list::MAX_ITEMS;
use super::llr::{from_bit, hard_bit};
use super::schedule::{Leaf, Step, schedule};
use super::{CodeError, Decoded, PolarCode};
use proptest::prelude::*;

/// Seal and both beacon lengths.
const CODES: [(usize, usize); 3] = [(4096, 768), (1024, 104), (512, 104)];

/// Hash of the seal's information positions in the order of its payload.
const SEAL_POSITIONS: u64 = 7_018_587_434_880_971_305;

/// `SplitMix64`, and Gaussian values from it (Box & Muller).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn gauss(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (core::f64::consts::TAU * self.unit()).cos()
    }

    fn bits(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| (self.next() >> 63) as u8).collect()
    }

    /// LLRs of a codeword over a Gaussian channel of this mean LLR.
    fn receive(&mut self, codeword: &[u8], mean: f64) -> Vec<f32> {
        codeword.iter().map(|&bit| from_bit(bit, (mean + (2.0 * mean).sqrt() * self.gauss()) as f32)).collect()
    }
}

fn fnv1a(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

fn free(code: &PolarCode) -> Vec<bool> {
    (0..code.codeword_bits()).map(|i| code.information_positions().contains(&i)).collect()
}

/// Naive twin of the encoder: output `j` is the sum of the inputs whose index contains all ones of `j`.
fn transform_naive(inputs: &[u8]) -> Vec<u8> {
    (0..inputs.len()).map(|j| (0..inputs.len()).filter(|i| i & j == j).fold(0, |sum, i| sum ^ inputs[i])).collect()
}

/// Naive twin of the decoder: textbook recursive successive cancellation, down to single inputs.
fn cancel_naive(llr: &[f32], free: &[bool]) -> Vec<u8> {
    let half = llr.len() / 2;
    if half == 0 {
        return vec![if free[0] { hard_bit(llr[0]) } else { 0 }];
    }
    let (a, b) = llr.split_at(half);
    let xor: Vec<f32> = (0..half).map(|i| a[i].signum() * b[i].signum() * a[i].abs().min(b[i].abs())).collect();
    let left = cancel_naive(&xor, &free[..half]);
    let sum: Vec<f32> = (0..half).map(|i| if left[i] == 0 { b[i] + a[i] } else { b[i] - a[i] }).collect();
    let right = cancel_naive(&sum, &free[half..]);
    (0..half).map(|i| left[i] ^ right[i]).chain(right.iter().copied()).collect()
}

#[test]
fn golden_information_sets() {
    let found = CODES.map(|(n, k)| {
        let code = PolarCode::new(n, k).unwrap();
        fnv1a(code.information_positions().iter().flat_map(|&i| (i as u16).to_be_bytes()))
    });
    assert_eq!(
        found,
        [0x5451_8d64_5b02_7abd, 0x045f_a398_e94d_17ad, 0x637b_2239_4539_76af],
        "the wire format changed: {found:#018x?}"
    );
}

#[test]
fn golden_codewords() {
    let found = CODES.map(|(n, k)| {
        let code = PolarCode::new(n, k).unwrap();
        let payload: Vec<u8> = (0..k - 32).map(|i| (i * i / 3 % 2) as u8).collect();
        fnv1a(code.encode(&payload).unwrap())
    });
    assert_eq!(
        found,
        [0x8e50_22a2_f5b5_6a15, 0xb070_4136_4e43_2325, 0xd2fd_8230_0fef_8d6d],
        "the wire format changed: {found:#018x?}"
    );
}

#[test]
fn encoder_equals_naive() {
    let mut random = Random(1);
    for n in [2, 4, 64, 1024] {
        let inputs = random.bits(n);
        let mut fast = inputs.clone();
        transform(&mut fast);
        assert_eq!(fast, transform_naive(&inputs));
        transform(&mut fast);
        assert_eq!(fast, inputs, "its own inverse");
    }
}

/// Soft bits drawn from a continuous distribution have no ties, and then the closed forms are successive cancellation.
/// Half of the seeds are far above the channel the code can repair, so wrong decisions are compared too.
#[test]
fn list_of_one_equals_naive() {
    let mut workspace = Workspace::default();
    for (n, k) in [(4096, 768), (1024, 104), (512, 104), (256, 128), (128, 120), (64, 64)] {
        let code = PolarCode::new(n, k).unwrap();
        let free = free(&code);
        for seed in 0..40 {
            let mut random = Random(seed);
            let codeword = code.encode(&random.bits(k - 32)).unwrap();
            let llr = random.receive(&codeword, if seed % 2 == 0 { 0.9 } else { 0.4 });
            workspace.run(&llr, 1, &schedule(&free));
            let mut fast = vec![0; n];
            workspace.codeword(0, &mut fast);
            assert_eq!(fast, cancel_naive(&llr, &free), "({n}, {k}), seed {seed}");
        }
    }
}

/// With as many paths as codewords nothing is pruned: the list is all of them, in order of their exact metric.
#[test]
fn full_list_is_maximum_likelihood() {
    let mut workspace = Workspace::default();
    for seed in 0..200 {
        let mut random = Random(seed);
        let mut free = vec![false; 32];
        for _ in 0..6 {
            free[(random.next() % 32) as usize] = true;
        }
        let positions: Vec<usize> = (0..32).filter(|&i| free[i]).collect();
        // Whole numbers: every sum is exact. Includes ties and erasures.
        let llr: Vec<f32> = (0..32).map(|_| (random.next() % 41) as f32 - 20.0).collect();
        let mut expected: Vec<(f32, Vec<u8>)> = (0..1_usize << positions.len())
            .map(|word| {
                let mut bits = vec![0; 32];
                for (i, &position) in positions.iter().enumerate() {
                    bits[position] = (word >> i & 1) as u8;
                }
                transform(&mut bits);
                let cost = llr.iter().zip(&bits).filter(|&(&l, &b)| l != 0.0 && hard_bit(l) != b).map(|(l, _)| l.abs());
                (cost.sum(), bits)
            })
            .collect();
        expected.sort_by(|a, b| a.0.total_cmp(&b.0));
        workspace.run(&llr, 64, &schedule(&free));
        let ranking = workspace.ranking();
        assert_eq!(ranking.len(), expected.len());
        let mut words = Vec::new();
        for (&path, (cost, _)) in ranking.iter().zip(&expected) {
            let mut word = vec![0; 32];
            workspace.codeword(path, &mut word);
            let found: f32 = llr.iter().zip(&word).filter(|&(&l, &b)| hard_bit(l) != b).map(|(l, _)| l.abs()).sum();
            assert!((found - cost).abs() < 0.5, "seed {seed}");
            words.push(word);
        }
        words.sort();
        let mut all: Vec<_> = expected.into_iter().map(|(_, word)| word).collect();
        all.sort();
        assert_eq!(words, all, "seed {seed}");
    }
}

/// Recorded floors: measured rates (see `docs/CODE.md`) are several times lower. 60 blocks each, fixed seed.
#[test]
fn block_error_floors() {
    let mut workspace = Workspace::default();
    for (n, k, mean, erased, list, most) in [
        (4096, 768, 0.80, 0, 32, 3),
        (4096, 768, 0.86, 0, 8, 3),
        (1024, 104, 0.52, 0, 32, 3),
        (512, 104, 1.10, 0, 32, 3),
        (4096, 768, 8.50, 3072, 32, 4),
    ] {
        let code = PolarCode::new(n, k).unwrap();
        let mut random = Random(7);
        let mut failed = 0;
        for _ in 0..60 {
            let payload = random.bits(k - 32);
            let mut llr = random.receive(&code.encode(&payload).unwrap(), mean);
            let mut left = erased;
            while left > 0 {
                let i = (random.next() % n as u64) as usize;
                left -= usize::from(llr[i] != 0.0);
                llr[i] = 0.0;
            }
            let decoded = code.decode(&llr, list, &mut workspace);
            failed += usize::from(decoded.is_none_or(|decoded| decoded.payload != payload));
        }
        assert!(failed <= most, "({n}, {k}) mean {mean} list {list}: {failed} of 60 failed");
    }
}

/// The seal as it is laid out: its 176 predictable bits on the least reliable inputs.
fn seal() -> PolarCode {
    PolarCode::with_predictable(4096, 768, 48..224).unwrap()
}

#[test]
fn predictable_bits_have_the_least_reliable_inputs() {
    let (plain, seal) = (PolarCode::new(4096, 768).unwrap(), seal());
    let sorted = |positions: &[usize]| {
        let mut sorted = positions.to_vec();
        sorted.sort_unstable();
        sorted
    };
    assert_eq!(sorted(seal.information_positions()), plain.information_positions());
    // Without them the set is that of the shorter code.
    let positions = seal.information_positions();
    let rest = [&positions[..48], &positions[224..]].concat();
    assert_eq!(rest, PolarCode::new(4096, 768 - 176).unwrap().information_positions());
    assert!(positions[48..224].is_sorted());
    assert_eq!(
        fnv1a(positions.iter().flat_map(|&i| (i as u16).to_be_bytes())),
        SEAL_POSITIONS,
        "the wire format changed"
    );
}

/// The curve is in `docs/CODE.md`: 156 of 736 bits known are worth about 1 dB.
#[test]
fn predictions_read_what_is_lost_without_them() {
    let code = seal();
    let (mut plain, mut predicted) = (0, 0);
    let mut workspace = Workspace::default();
    for seed in 0..40 {
        let mut random = Random(seed);
        let payload = random.bits(736);
        // Es/N0 of -7.8 dB; size known, of the 144 bits of the hash all but one in seven.
        let llr = random.receive(&code.encode(&payload).unwrap(), 4.0 * 10f64.powf(-0.78));
        let known = |i: usize, random: &mut Random| {
            (48..80).contains(&i) || (80..224).contains(&i) && !random.next().is_multiple_of(7)
        };
        let guess: Vec<Option<bool>> =
            payload.iter().enumerate().map(|(i, &bit)| known(i, &mut random).then_some(bit == 1)).collect();
        plain += usize::from(code.decode(&llr, 32, &mut workspace).is_some());
        let decoded = code.decode_predicted(&llr, &guess, 32, &mut workspace);
        predicted += usize::from(decoded.is_some_and(|d| d.payload == payload));
        // One wrong prediction reads nothing.
        let mut wrong = guess.clone();
        wrong[60] = guess[60].map(|bit| !bit);
        assert_eq!(code.decode_predicted(&llr, &wrong, 8, &mut workspace), None);
    }
    assert!(plain <= 25 && predicted >= 39, "{plain} and {predicted} of 40");
}

#[test]
fn nothing_measured_is_nothing_read() {
    for (n, k) in CODES {
        let code = PolarCode::new(n, k).unwrap();
        for list in [0, 1, 8, 64, usize::MAX] {
            for llr in [0.0, -0.0, f32::NAN, f32::INFINITY, 1.0, 1e38, f32::MIN_POSITIVE] {
                assert_eq!(code.decode(&vec![llr; n], list, &mut Workspace::default()), None, "{llr}, list {list}");
            }
        }
    }
}

#[test]
fn wrong_arguments_are_errors() {
    for n in [0, 1, 32, 63, 100, 32768, usize::MAX] {
        assert_eq!(PolarCode::new(n, 40).unwrap_err(), CodeError::Length { n });
    }
    for k in [0, 32, 65, usize::MAX] {
        assert_eq!(PolarCode::new(64, k).unwrap_err(), CodeError::Dimension { k, n: 64 });
    }
    for design_mean in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(PolarCode::with_design_mean(64, 40, design_mean).is_err());
    }
    for (start, end) in [(0, 9), (9, 9), (3, 2)] {
        let error = CodeError::Predictable { start, end, payload: 8 };
        assert_eq!(PolarCode::with_predictable(64, 40, start..end).unwrap_err(), error);
    }
    let code = PolarCode::new(64, 40).unwrap();
    for (length, bits) in [(63, 8), (64, 7), (64, 9)] {
        assert_eq!(code.decode_predicted(&vec![1.0; length], &vec![None; bits], 8, &mut Workspace::default()), None);
    }
    assert_eq!(code.encode(&[0; 7]), Err(CodeError::PayloadLength { found: 7, expected: 8 }));
    assert_eq!(code.encode(&[0, 0, 2, 0, 0, 0, 0, 0]), Err(CodeError::PayloadValue { index: 2, value: 2 }));
    for length in [0, 63, 65] {
        assert_eq!(code.decode(&vec![1.0; length], 8, &mut Workspace::default()), None);
    }
    assert!(PolarCode::new(16384, 16384).is_ok() && PolarCode::new(64, 33).is_ok());
}

/// Nodes that outgrow the mask of a set of flips, of which the seal has some of 128 bits and this code larger ones, read all the same.
#[test]
fn the_longest_list_reads_nodes_with_more_bits_than_may_be_flipped() {
    let code = PolarCode::new(1024, 1020).unwrap();
    let mut free = vec![false; 1024];
    code.information_positions().iter().for_each(|&i| free[i] = true);
    let size = |step: &Step| matches!(step, Step::Leaf { level, kind: Leaf::Rate1, .. } if 1 << level > MAX_ITEMS);
    assert!(schedule(&free).iter().any(size));
    let mut random = Random(3);
    let payload = random.bits(988);
    let codeword = code.encode(&payload).unwrap();
    let mut llr: Vec<f32> = codeword.iter().map(|&bit| from_bit(bit, 4.0)).collect();
    for faint in [100, 700] {
        llr[faint] *= -0.1;
    }
    let decoded = code.decode(&llr, usize::MAX, &mut Workspace::default());
    assert!(decoded.is_some_and(|d| d.payload == payload && d.corrected == 2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn round_trip_with_errors_and_erasures(
        seed: u64, which in 0_usize..3, list in 1_usize..40, scale in 1e-3_f32..1e3,
    ) {
        let (n, k) = CODES[which];
        let code = PolarCode::new(n, k).unwrap();
        let mut random = Random(seed);
        let payload = random.bits(k - 32);
        let codeword = code.encode(&payload).unwrap();
        let mut llr: Vec<f32> = codeword.iter().map(|&bit| from_bit(bit, scale)).collect();
        for _ in 0..n / 4 {
            llr[(random.next() % n as u64) as usize] = if random.next() & 1 == 0 { 0.0 } else { f32::NAN };
        }
        for _ in 0..n / 32 {
            llr[(random.next() % n as u64) as usize] *= -1.0;
        }
        let wrong = codeword.iter().zip(&llr).filter(|&(&bit, llr)| *llr * from_bit(bit, 1.0) < 0.0).count();
        let erased = llr.iter().filter(|llr| llr.is_nan() || **llr == 0.0).count();
        let decoded = code.decode(&llr, list, &mut Workspace::default());
        // Nothing predicted is nothing gained; everything predicted leaves the CRC.
        let unknown = vec![None; k - 32];
        prop_assert_eq!(&code.decode_predicted(&llr, &unknown, list, &mut Workspace::default()), &decoded);
        let all: Vec<Option<bool>> = payload.iter().map(|&bit| Some(bit == 1)).collect();
        let told = code.decode_predicted(&llr, &all, list, &mut Workspace::default());
        prop_assert_eq!(told.map(|d| d.payload), Some(payload.clone()));
        let list_rank = decoded.as_ref().map_or(0, |decoded| decoded.list_rank);
        let evidence = decoded.as_ref().map_or(0.0, |decoded| decoded.evidence);
        prop_assert_eq!(decoded, Some(Decoded { payload, corrected: wrong, erased, list_rank, evidence }));
    }

    #[test]
    fn evidence_is_what_the_codeword_explains_beyond_its_message(seed: u64, size in 0.1_f32..2.9) {
        let (n, k) = CODES[1];
        let code = PolarCode::new(n, k).unwrap();
        let payload = Random(seed).bits(k - 32);
        let llr: Vec<f32> = code.encode(&payload).unwrap().iter().map(|&bit| from_bit(bit, size)).collect();
        let decoded = code.decode(&llr, 8, &mut Workspace::default()).unwrap();
        // Without noise each bit is twice its probability likelier than a coin's.
        let bits = n as f64 * (2.0 / (1.0 + (-f64::from(size)).exp())).log2() - (k - 32) as f64 - 2.0;
        prop_assert!((f64::from(decoded.evidence) - bits).abs() < 0.05, "{} {bits}", decoded.evidence);
    }

    #[test]
    fn garbage_never_panics(
        words in prop::collection::vec(any::<u32>(), 512), k in 33_usize..=512, list in 0_usize..80,
    ) {
        let llr: Vec<f32> = words.into_iter().map(f32::from_bits).collect();
        let code = PolarCode::new(512, k).unwrap();
        let mut reused = Workspace::default();
        let first = code.decode(&llr, list, &mut reused);
        prop_assert_eq!(code.decode(&llr, list, &mut reused), first);
    }
}
