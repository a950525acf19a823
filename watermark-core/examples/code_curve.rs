//! Block error rate of the seal and beacon codes against the finite-length normal approximation.
//!
//! `cargo run --release -p watermark-core --example code_curve [most trials per row]` prints five Markdown tables:
//! error rates, the choice of the design point, and decoding time. Same seed, same tables (except times).
//!
//! The bound is the normal approximation `Q((n C - k + log2(n) / 2) / sqrt(n V))` of Polyanskiy, Poor & Verdu 2010 with
//! capacity `C` and dispersion `V` of the binary-input Gaussian channel, per position: no code of that length and
//! dimension is expected to do noticeably better.

use std::f64::consts::{LN_2, TAU};
use std::time::Instant;

use watermark_core::coding::{CodeError, PolarCode, Workspace};

/// A row ends at this many block errors: the rate is then known to about 10 %.
const ENOUGH_ERRORS: usize = 100;

/// Standard deviation of the mixed channel's Es/N0, in decibels.
const SPREAD_DB: f64 = 6.0;

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
        (-2.0 * self.unit().ln()).sqrt() * (TAU * self.unit()).cos()
    }
}

/// Binary-input channels with Gaussian noise; Es/N0 in decibels, known to the receiver at each position.
#[derive(Clone, Copy)]
enum Channel {
    /// The same at every position.
    Gaussian(f64),
    /// A random three quarters of the positions erased, this Es/N0 at the others.
    Erased(f64),
    /// Es/N0 normally distributed in decibels around this median, independently at each position.
    Mixed(f64),
}

/// Mean LLR of a sent 0.
fn mean_llr(es_n0_db: f64) -> f64 {
    4.0 * 10_f64.powf(es_n0_db / 10.0)
}

impl Channel {
    fn means(self, n: usize, random: &mut Random) -> Vec<f64> {
        match self {
            Self::Gaussian(db) => vec![mean_llr(db); n],
            Self::Erased(db) => {
                let mut means: Vec<f64> = (0..n).map(|i| if i < n / 4 { mean_llr(db) } else { 0.0 }).collect();
                for i in (1..n).rev() {
                    means.swap(i, (random.next() % (i as u64 + 1)) as usize);
                }
                means
            }
            Self::Mixed(db) => (0..n).map(|_| mean_llr(db + SPREAD_DB * random.gauss())).collect(),
        }
    }

    /// Capacity and dispersion per position.
    fn information(self) -> (f64, f64) {
        match self {
            Self::Gaussian(db) => gaussian_information(mean_llr(db)),
            Self::Erased(db) => {
                let (capacity, dispersion) = gaussian_information(mean_llr(db));
                (capacity / 4.0, dispersion / 4.0)
            }
            Self::Mixed(db) => {
                let at = |z: f64| gaussian_information(mean_llr(db + SPREAD_DB * z));
                let capacity = gaussian_average(&|z| at(z).0);
                // Law of total variance: within a position, and between positions.
                (capacity, gaussian_average(&|z| at(z).1 + (at(z).0 - capacity).powi(2)))
            }
        }
    }

    fn name(self) -> String {
        match self {
            Self::Gaussian(db) => format!("Gaussian {db:.1} dB"),
            Self::Erased(db) => format!("75 % erased, rest {db:.1} dB"),
            Self::Mixed(db) => format!("mixed {db:.1} +- {SPREAD_DB} dB"),
        }
    }
}

/// Average of `f(z)` over a standard normal `z`, by the trapezoidal rule.
fn gaussian_average(f: &dyn Fn(f64) -> f64) -> f64 {
    const STEP: f64 = 0.05;
    let points = (-200..=200).map(|i| f64::from(i) * STEP);
    points.map(|z| f(z) * (-z * z / 2.0).exp()).sum::<f64>() * STEP / TAU.sqrt()
}

/// Capacity and dispersion, in bits and bits squared, of the Gaussian channel with this mean LLR.
fn gaussian_information(mean: f64) -> (f64, f64) {
    let density = |z: f64| {
        let llr = mean + (2.0 * mean).sqrt() * z;
        // 1 - log2(1 + e^-llr), without overflow.
        1.0 - ((-llr.abs()).exp().ln_1p() + (-llr).max(0.0)) / LN_2
    };
    let capacity = gaussian_average(&density);
    (capacity, gaussian_average(&|z| (density(z) - capacity).powi(2)))
}

/// Upper tail of the standard normal distribution, by Simpson's rule.
fn normal_tail(x: f64) -> f64 {
    if x < 0.0 {
        return 1.0 - normal_tail(-x);
    }
    let step = 0.01;
    let weight = |i: i32| if i == 0 { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
    let value = |i: i32| weight(i) * (-(x + f64::from(i) * step).powi(2) / 2.0).exp();
    (0..1200).map(value).sum::<f64>() * step / 3.0 / TAU.sqrt()
}

/// Normal approximation of the lowest block error rate.
fn normal_approximation(n: usize, k: usize, channel: Channel) -> f64 {
    let (capacity, dispersion) = channel.information();
    let n = n as f64;
    normal_tail((n * capacity - k as f64 + n.log2() / 2.0) / (n * dispersion).sqrt())
}

/// Block errors, trials, and the shortest decoding time in milliseconds: what other load on the machine disturbs least.
fn simulate(code: &PolarCode, channel: Channel, list: usize, most: usize) -> Result<(usize, usize, f64), CodeError> {
    let mut random = Random(0x5EED);
    let mut workspace = Workspace::default();
    let (mut errors, mut trials, mut seconds) = (0, 0, f64::INFINITY);
    while trials < most && errors < ENOUGH_ERRORS {
        let payload: Vec<u8> = (0..code.payload_bits()).map(|_| (random.next() >> 63) as u8).collect();
        let codeword = code.encode(&payload)?;
        let means = channel.means(codeword.len(), &mut random);
        let receive = |(&bit, mean): (&u8, f64)| {
            let llr = mean + (2.0 * mean).sqrt() * random.gauss();
            (if bit == 0 { llr } else { -llr }) as f32
        };
        let llr: Vec<f32> = codeword.iter().zip(means).map(receive).collect();
        let start = Instant::now();
        let decoded = code.decode(&llr, list, &mut workspace);
        seconds = seconds.min(start.elapsed().as_secs_f64());
        errors += usize::from(decoded.is_none_or(|decoded| decoded.payload != payload));
        trials += 1;
    }
    Ok((errors, trials, seconds * 1e3))
}

/// Block errors of the seal when its reader knows the 32 bits of the size and all but `unknown` of the 144 of the content hash.
fn simulate_predicted(es_n0_db: f64, unknown: usize, list: usize, trials: usize) -> Result<usize, CodeError> {
    let code = PolarCode::with_predictable(4096, 768, 48..224)?;
    let mut random = Random(0x5EED);
    let mut workspace = Workspace::default();
    let mean = 4.0 * 10f64.powf(es_n0_db / 10.0);
    let mut errors = 0;
    for _ in 0..trials {
        let payload: Vec<u8> = (0..code.payload_bits()).map(|_| (random.next() >> 63) as u8).collect();
        let mut known: Vec<Option<bool>> =
            payload.iter().enumerate().map(|(i, &bit)| (48..224).contains(&i).then_some(bit == 1)).collect();
        let mut left = unknown;
        while left > 0 {
            left -= usize::from(known[80 + (random.next() % 144) as usize].take().is_some());
        }
        let mut receive = |&bit: &u8| {
            let llr = mean + (2.0 * mean).sqrt() * random.gauss();
            (if bit == 0 { llr } else { -llr }) as f32
        };
        let llr: Vec<f32> = code.encode(&payload)?.iter().map(&mut receive).collect();
        let decoded = code.decode_predicted(&llr, &known, list, &mut workspace);
        errors += usize::from(decoded.is_none_or(|decoded| decoded.payload != payload));
    }
    Ok(errors)
}

#[allow(clippy::too_many_lines)]
fn main() -> Result<(), CodeError> {
    let most = std::env::args().nth(1).and_then(|arg| arg.parse().ok()).unwrap_or(2000);
    println!("| seal, list 32, Es/N0 | nothing known | size and 115 bits known | size and 124 | size and 144 |");
    println!("|---|---|---|---|---|");
    for db in [-8.4, -8.2, -8.0, -7.8, -7.6, -7.4, -7.2, -7.0] {
        let plain = PolarCode::new(4096, 768)?;
        let (errors, trials, _) = simulate(&plain, Channel::Gaussian(db), 32, most)?;
        print!("| {db:.1} dB | {errors} / {trials} |");
        for unknown in [29, 20, 0] {
            print!(" {} / {most} |", simulate_predicted(db, unknown, 32, most)?);
        }
        println!();
    }
    println!("\n| seal, size and 124 bits known, Es/N0 | list 32 | 64 | 256 |");
    println!("|---|---|---|---|");
    for db in [-8.6, -8.4, -8.2, -8.0] {
        print!("| {db:.1} dB |");
        for list in [32, 64, 256] {
            print!(" {} / {most} |", simulate_predicted(db, 20, list, most)?);
        }
        println!();
    }
    println!();
    let codes: [(usize, usize, &[Channel], &[usize]); 3] = [
        (
            4096,
            768,
            &[
                Channel::Gaussian(-7.4),
                Channel::Gaussian(-7.2),
                Channel::Gaussian(-7.0),
                Channel::Gaussian(-6.8),
                Channel::Gaussian(-6.6),
                Channel::Erased(2.0),
                Channel::Erased(2.5),
                Channel::Erased(3.0),
                Channel::Erased(3.5),
                Channel::Mixed(-9.5),
                Channel::Mixed(-9.0),
                Channel::Mixed(-8.5),
            ],
            &[1, 8, 32],
        ),
        (
            1024,
            104,
            &[Channel::Gaussian(-9.6), Channel::Gaussian(-9.2), Channel::Gaussian(-8.8), Channel::Mixed(-11.5)],
            &[1, 8, 32],
        ),
        (
            512,
            104,
            &[Channel::Gaussian(-6.6), Channel::Gaussian(-6.2), Channel::Gaussian(-5.8), Channel::Mixed(-8.0)],
            &[1, 8, 32],
        ),
    ];
    println!(
        "| code (n, k) | channel, Es/N0 | Eb/N0 | capacity | list | block errors | rate | bound, k | bound, k - 32 |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for (n, k, channels, lists) in codes {
        let code = PolarCode::new(n, k)?;
        for &channel in channels {
            let capacity = channel.information().0;
            let eb_n0 = match channel {
                Channel::Gaussian(db) => format!("{:.2} dB", db - 10.0 * (k as f64 / n as f64).log10()),
                Channel::Erased(_) | Channel::Mixed(_) => "-".to_owned(),
            };
            let bounds = [k, k - 32].map(|k| normal_approximation(n, k, channel));
            for &list in lists {
                let (errors, trials, _) = simulate(&code, channel, list, most)?;
                let rate = errors as f64 / trials as f64;
                let name = channel.name();
                print!("| ({n}, {k}) | {name} | {eb_n0} | {capacity:.4} | {list} | {errors} / {trials} ");
                println!("| {rate:.2e} | {:.1e} | {:.1e} |", bounds[0], bounds[1]);
            }
        }
    }
    println!(
        "\n| design mean LLR | (4096, 768) Gaussian -7.1 dB | 75 % erased, rest 2.7 dB | (512, 104) Gaussian -6.2 dB |"
    );
    println!("|---|---|---|---|");
    for design in [0.4, 0.7, 0.85, 1.0, 1.5, 2.5] {
        let seal = PolarCode::with_design_mean(4096, 768, design)?;
        let beacon = PolarCode::with_design_mean(512, 104, design)?;
        let rate = |code, channel, list| {
            simulate(code, channel, list, most).map(|(errors, trials, _)| format!("{errors} / {trials}"))
        };
        let gaussian = rate(&seal, Channel::Gaussian(-7.1), 8)?;
        let erased = rate(&seal, Channel::Erased(2.7), 8)?;
        println!("| {design} | {gaussian} | {erased} | {} |", rate(&beacon, Channel::Gaussian(-6.2), 8)?);
    }
    println!("\n| code | list | ms per block |");
    println!("|---|---|---|");
    for (n, k, es_n0_db) in [(4096, 768, -6.8), (1024, 104, -8.8), (512, 104, -5.8)] {
        let code = PolarCode::new(n, k)?;
        for list in [1, 8, 32, 64, 256] {
            let (_, _, milliseconds) = simulate(&code, Channel::Gaussian(es_n0_db), list, 200)?;
            println!("| ({n}, {k}) | {list} | {milliseconds:.3} |");
        }
    }
    Ok(())
}
