#!/usr/bin/env bash
# Every check of the project on a fresh machine: formatting, lints, all tests, the WebAssembly package and the browser page.
# Needs Rust (https://rustup.rs) and a C compiler; installs the WebAssembly target by itself, and ssh-agent and exiftool where it may. The tests of package and page
# also need Node 20 and Chromium ($CHROMIUM, else /usr/bin/chromium); without them they are left out and named.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

step() { printf '\n== %s (after %d s)\n' "$*" "$SECONDS"; }
fail() { printf 'scripts/test.sh: %s\n' "$*" >&2; exit 2; }

step 'Tools'
command -v cargo >/dev/null || fail 'cargo is not installed; get Rust from https://rustup.rs and run this again'
command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null ||
    fail 'no C compiler (cc); install one, e.g. "apt-get install build-essential" or "xcode-select --install"'
if command -v rustup >/dev/null; then
    rustup target add wasm32-unknown-unknown
    cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
    cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
fi
command -v ssh-agent >/dev/null || {
    # One test has a real SSH agent sign.
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        apt-get update -qq && apt-get install -y -qq --no-install-recommends openssh-client
    else
        printf 'ssh-agent is not installed (package openssh-client): the tests of external signers will say SKIPPED.\n'
    fi
}
command -v exiftool >/dev/null || {
    # One test has exiftool read the labels that were written.
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        apt-get update -qq && apt-get install -y -qq --no-install-recommends libimage-exiftool-perl
    else
        printf 'exiftool is not installed (package libimage-exiftool-perl): the test of written labels will say SKIPPED.\n'
    fi
}
cargo --version

step 'Formatting'
cargo fmt --all --check

step 'Lints'
cargo clippy --locked --workspace --all-targets -- -D warnings

if command -v node >/dev/null; then
    step 'Golden vectors in WebAssembly'
    cargo test --locked -p watermark-core --test golden --target wasm32-unknown-unknown
fi

# Some tests read the development image set, which is not part of this repository: ../shared/images or $WATERMARK_IMAGES.
images=${WATERMARK_IMAGES:-../shared/images}
skip=()
if [ -d "$images" ]; then
    WATERMARK_IMAGES=$(cd "$images" && pwd)
    export WATERMARK_IMAGES
elif [ -n "${WATERMARK_IMAGES:-}" ]; then
    fail "no image set at $images; set WATERMARK_IMAGES to its folder or unset it"
else
    skip=(
        every_picture_is_read_and_written_again
        depth_channels_and_traits_are_as_the_manifest_states
        orientation_6_comes_out_upright_and_says_so_no_more
        a_c2pa_manifest_is_not_copied_and_said_so
        cmyk_comes_out_as_rgb_without_its_ink_profile
        what_a_format_change_cannot_carry_is_said
        animations_are_refused
        the_quality_of_a_lossy_webp_is_estimated_closely
    )
fi

step 'Tests'
if [ ${#skip[@]} -gt 0 ]; then
    printf 'No development image set found: these %d tests are left out. Set WATERMARK_IMAGES to run them.\n' "${#skip[@]}"
    printf '  %s\n' "${skip[@]}"
    cargo test --locked --workspace -- "${skip[@]/#/--skip=}"
else
    cargo test --locked --workspace
fi

step 'WebAssembly package and browser page'
# Tests and programs at once: of the programs alone cargo would compile the dependencies again, with fewer features.
cargo build --locked --workspace --tests --bins
"${CARGO_TARGET_DIR:-target}/debug/xtask" wasm

export CHROMIUM=${CHROMIUM:-/usr/bin/chromium}
if command -v npm >/dev/null && [ -x "$CHROMIUM" ]; then
    step 'Tests of the package in Node and of the page in Chromium'
    cd tests/browser
    npm ci --no-audit --no-fund
    npm test
else
    printf 'No npm, or no browser at %s: the tests of tests/browser are left out. Install Node 20 and Chromium to run them.\n' "$CHROMIUM"
fi

step 'All passed'
