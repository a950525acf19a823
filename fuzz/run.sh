#!/usr/bin/env bash
# Runs one target under libFuzzer with coverage and without a sanitizer, for machines without cargo-fuzz: ./run.sh TARGET [libFuzzer options].
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
target=${1:?name a target: image, payload, directory or codeword}
shift
# What cargo-fuzz passes, without the sanitizer, which only nightly compilers have. Build scripts stay as they are, because of --target.
export RUSTFLAGS='-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 -Cdebug-assertions --cfg fuzzing'
host=$(rustc -vV | sed -n 's/^host: //p')
mkdir -p "corpus/$target" "artifacts/$target"
cargo build --release --target "$host" --bin "$target"
exec "${CARGO_TARGET_DIR:-target}/$host/release/$target" -artifact_prefix="artifacts/$target/" "$@" "corpus/$target" "seeds/$target"
