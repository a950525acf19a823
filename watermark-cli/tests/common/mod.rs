//! A folder to work in, the program to run in it, and pictures to run it on.
#![allow(dead_code, reason = "every test file uses a part of it")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use watermark_core::Raster;
use watermark_core::raster::{Channels, Samples, SamplesMut};
use watermark_files::{EncodeOptions, JpegOptions, Limits, Metadata, WebpCompression, decode, encode};

pub(crate) const SAMPLE: &[u8] = include_bytes!("../../assets/city_rain_768x1033.jpg");

/// A temporary folder with a configuration folder of its own.
pub(crate) struct Bench(TempDir);

impl Bench {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With `key.pem` of "Tester", who runs painter@2.1.
    pub(crate) fn with_key() -> Self {
        let bench = Self::new();
        bench.ok(&["keygen", "-o", "key.pem", "--name", "Tester", "--system", "painter@2.1"]);
        bench
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// Names in a folder, sorted.
    pub(crate) fn list(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_watermark"));
        command.args(args).current_dir(self.0.path()).env("WATERMARK_CONFIG_DIR", self.path("config"));
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::new(self.command(args).output().unwrap())
    }

    pub(crate) fn run_with_stdin(&self, args: &[&str], stdin: &[u8]) -> Ran {
        let mut command = self.command(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        let bytes = stdin.to_vec();
        let writer = std::thread::spawn(move || pipe.write_all(&bytes));
        let ran = Ran::new(child.wait_with_output().unwrap());
        let _ = writer.join().unwrap();
        ran
    }

    /// Runs and expects exit 0.
    pub(crate) fn ok(&self, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "{args:?}\n{}\n{}", ran.stdout, ran.stderr);
        ran
    }

    /// `verify --json` of files that kept their size and position, as objects.
    pub(crate) fn verify(&self, args: &[&str]) -> (i32, Vec<Value>) {
        let ran = self.run(&[&["verify", "--json", "--effort", "fast"], args].concat());
        (ran.code, ran.json())
    }
}

/// What a run left.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) bytes: Vec<u8>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    fn new(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            bytes: output.stdout,
        }
    }

    /// Every line of stdout as an object.
    pub(crate) fn json(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
    }
}

/// The lit street in the middle of the bundled picture, 512 x 512.
pub(crate) fn street() -> Raster {
    let whole = decode(SAMPLE, &Limits::default()).unwrap().raster;
    let Samples::U8(samples) = whole.samples() else { unreachable!("a JPEG has 8 bits") };
    let stride = whole.width() as usize * 3;
    let rows = (480..992).flat_map(|y| &samples[y * stride + 128 * 3..y * stride + 640 * 3]);
    Raster::new(512, 512, Channels::Rgb, Samples::U8(rows.copied().collect())).unwrap()
}

/// A raster with a 160 x 160 px part replaced by another of its parts.
pub(crate) fn with_a_part_moved(mut raster: Raster) -> Raster {
    let stride = raster.width() as usize * 3;
    let SamplesMut::U8(samples) = raster.samples_mut() else { unreachable!("8 bits in, 8 bits out") };
    for y in 0..160 {
        let from = (y + 300) * stride + 20 * 3;
        samples.copy_within(from..from + 160 * 3, (y + 100) * stride + 260 * 3);
    }
    raster
}

pub(crate) fn png(raster: &Raster) -> Vec<u8> {
    encode(raster, &Metadata::default(), &EncodeOptions::Png).unwrap().bytes
}

pub(crate) fn jpeg(raster: &Raster, quality: u8) -> Vec<u8> {
    encode(raster, &Metadata::default(), &EncodeOptions::Jpeg(JpegOptions::new(quality))).unwrap().bytes
}

pub(crate) fn webp(raster: &Raster) -> Vec<u8> {
    encode(raster, &Metadata::default(), &EncodeOptions::WebP(WebpCompression::Lossless)).unwrap().bytes
}

/// Mid gray, nothing in it.
pub(crate) fn flat(width: u32, height: u32) -> Raster {
    let samples = vec![128; width as usize * height as usize * 3];
    Raster::new(width, height, Channels::Rgb, Samples::U8(samples)).unwrap()
}

/// A PNG header that states a huge picture, and little else.
pub(crate) fn huge_header() -> Vec<u8> {
    let mut bytes = png(&flat(8, 8));
    bytes[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    bytes
}

pub(crate) fn mode(path: &Path) -> u32 {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        0o600
    }
}
