#!/usr/bin/env bash
# Lints and tests of the program built with C2PA manifests (docs/C2PA.md). No part of scripts/test.sh: a cold build compiles 188 more crates, for minutes.
# Needs Rust (https://rustup.rs) and a C compiler.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cargo clippy --locked -p watermark-cli --features c2pa-tests --all-targets -- -D warnings
cargo test --locked -p watermark-cli --features c2pa-tests --bin watermark --test c2pa
