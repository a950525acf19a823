//! See `watermark_tests::fuzzing::payload`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| watermark_tests::fuzzing::payload(bytes));
