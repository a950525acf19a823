//! Command line cases as data: `tests/cli/*.trycmd` at the root of the workspace.

#[test]
fn cases() {
    let config = tempfile::tempdir().unwrap();
    trycmd::TestCases::new().env("WATERMARK_CONFIG_DIR", config.path().to_str().unwrap()).case("../tests/cli/*.trycmd");
}
