//! Encoding and decoding of both codes, on one core, answers asserted.
//!
//! `cargo bench -p watermark-core --bench code`. The decoder gets a Gaussian channel near the code's working point
//! (`docs/CODE.md`), where list decoding has real work to do, and pure noise, which is what most of a search decodes.

use divan::Bencher;
use watermark_core::coding::{PolarCode, Workspace};

/// Seal and beacon: codeword bits, message bits with the CRC, mean LLR of the channel.
const CODES: [(usize, usize, f32); 2] = [(4096, 768, 1.0), (512, 104, 1.15)];
/// List sizes that the reader uses.
const LISTS: [usize; 2] = [8, 32];

fn main() {
    divan::main();
}

fn message(code: &PolarCode) -> Vec<u8> {
    (0..code.payload_bits()).map(|i| (i * i / 7 % 2) as u8).collect()
}

/// LLRs of a Gaussian channel with this mean: variance twice the mean, sums of twelve uniform draws for the noise.
fn receive(codeword: &[u8], mean: f32) -> Vec<f32> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut uniform = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1_u64 << 24) as f32
    };
    let deviation = (2.0 * mean.max(1.0)).sqrt();
    let mut noise = || deviation * ((0..12).map(|_| uniform()).sum::<f32>() - 6.0);
    codeword.iter().map(|&bit| (1.0 - 2.0 * f32::from(bit)) * mean + noise()).collect()
}

#[divan::bench(args = CODES)]
fn build(bencher: Bencher<'_, '_>, (n, k, _): (usize, usize, f32)) {
    bencher.bench_local(|| PolarCode::new(n, k).expect("a valid code"));
}

#[divan::bench(args = CODES)]
fn encode(bencher: Bencher<'_, '_>, (n, k, _): (usize, usize, f32)) {
    let code = PolarCode::new(n, k).expect("a valid code");
    let message = message(&code);
    let expected = code.encode(&message).expect("the right length");
    bencher.bench_local(|| {
        let codeword = code.encode(&message).expect("the right length");
        assert_eq!(codeword, expected);
    });
}

#[divan::bench(args = CODES, consts = LISTS)]
fn decode<const LIST: usize>(bencher: Bencher<'_, '_>, (n, k, mean): (usize, usize, f32)) {
    let code = PolarCode::new(n, k).expect("a valid code");
    let message = message(&code);
    let llr = receive(&code.encode(&message).expect("the right length"), mean);
    let mut workspace = Workspace::default();
    bencher.bench_local(|| {
        let decoded = code.decode(&llr, LIST, &mut workspace).expect("the channel is good enough");
        assert_eq!(decoded.payload, message);
    });
}

#[divan::bench(args = CODES, consts = LISTS)]
fn decode_noise<const LIST: usize>(bencher: Bencher<'_, '_>, (n, k, _): (usize, usize, f32)) {
    let code = PolarCode::new(n, k).expect("a valid code");
    let llr = receive(&vec![0; n], 0.0);
    let mut workspace = Workspace::default();
    bencher.bench_local(|| assert!(code.decode(&llr, LIST, &mut workspace).is_none()));
}
