//! `cargo xtask wasm`: the WebAssembly package, and the browser page's generated parts.
//!
//! ```text
//! cargo build (wasm32, profile wasm-release or quick) -> wasm-bindgen -> watermark-wasm/pkg  (npm package: glue, js/, licences)
//!                                                                         \-> web-demo/pkg        (what the page loads)
//! all files of the page -> web-demo/pkg/precache.js
//! ```

use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use wasm_bindgen_cli_support::Bindgen;

/// The one target.
const TARGET: &str = "wasm32-unknown-unknown";

/// The project's folder.
pub(crate) fn root() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(here.parent().context("xtask lies in the project's folder")?.to_path_buf())
}

/// The cargo that started this program.
pub(crate) fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Builds; `quick` without the slow optimisations of the published package.
pub(crate) fn run(quick: bool) -> Result<()> {
    let root = root()?;
    let module = build(&root, quick)?;
    let package = root.join("watermark-wasm/pkg");
    let page = root.join("web-demo/pkg");
    for folder in [&package, &page] {
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        fs::create_dir_all(folder)?;
    }
    bind(&module, &package)?;
    for file in files(&root.join("watermark-wasm/js"))? {
        copy(&file, &package)?;
    }
    for name in ["LICENSE-MIT", "LICENSE-APACHE", "NOTICE"] {
        copy(&root.join(name), &package)?;
    }
    copy(&root.join("watermark-wasm/README.md"), &package)?;
    set_version(&package)?;
    for name in ["watermark_wasm.js", "watermark_wasm_bg.wasm", "api.js", "client.js", "worker.js"] {
        copy(&package.join(name), &page)?;
    }
    precache(&root.join("web-demo"))
}

/// Installs Rust's WebAssembly target where it is missing and rustup is there to do so. What else keeps it away, cargo will say.
fn add_target() {
    let rustc = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
    let installed = rustc.is_ok_and(|out| Path::new(String::from_utf8_lossy(&out.stdout).trim()).is_dir());
    if !installed {
        let _ = Command::new("rustup").args(["target", "add", TARGET]).status();
    }
}

/// Compiles; returns where the module lies.
fn build(root: &Path, quick: bool) -> Result<PathBuf> {
    add_target();
    let profile = if quick { "quick" } else { "wasm-release" };
    let output = Command::new(cargo())
        .current_dir(root)
        .args(["build", "--locked", "--package", "watermark-wasm", "--target", TARGET])
        .args(["--profile", profile, "--message-format", "json-render-diagnostics"])
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    ensure!(
        output.status.success(),
        "the WebAssembly build failed; if its target is missing: rustup target add {TARGET}"
    );
    // Cargo says where it put the file: that depends on --target-dir and the environment.
    let text = String::from_utf8(output.stdout)?;
    let found = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()).find_map(|line| {
        let names = line["filenames"].as_array()?;
        let is_module = |name: &&str| name.ends_with("watermark_wasm.wasm");
        names.iter().filter_map(|name| name.as_str()).find(is_module).map(PathBuf::from)
    });
    found.context("cargo named no module")
}

fn bind(module: &Path, out: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .out_name("watermark_wasm")
        .typescript(true)
        .omit_default_module_path(false)
        // A trap ends an instance; the package then starts another one of the same module.
        .reset_state_function(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen.web(true)?;
    bindgen.generate(out)
}

/// Writes the workspace's version into the package's manifest.
fn set_version(package: &Path) -> Result<()> {
    let file = package.join("package.json");
    let text = fs::read_to_string(&file)?;
    Ok(fs::write(file, text.replacen("\"0.0.0\"", concat!("\"", env!("CARGO_PKG_VERSION"), "\""), 1))?)
}

/// Lists the page's files for the service worker, under a version that changes with any of them.
fn precache(page: &Path) -> Result<()> {
    let mut names = Vec::new();
    collect(page, page, &mut names)?;
    names.sort();
    let mut hash = DefaultHasher::new();
    for name in &names {
        (name, fs::read(page.join(name))?).hash(&mut hash);
    }
    let list = serde_json::to_string_pretty(&json!({ "version": format!("{:016x}", hash.finish()), "files": names }))?;
    Ok(fs::write(page.join("pkg/precache.js"), format!("self.PRECACHE = {list};\n"))?)
}

/// Files below `folder` that the page is made of, as paths relative to `page` with `/`.
fn collect(folder: &Path, page: &Path, names: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.strip_prefix(page)?.to_string_lossy().replace('\\', "/");
        // The service worker and its list are never served from its own cache; prose is not part of the page.
        if name == "sw.js" || name == "pkg/precache.js" || path.extension().is_some_and(|extension| extension == "md") {
            continue;
        }
        if path.is_dir() {
            collect(&path, page, names)?;
        } else {
            names.push(name);
        }
    }
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

fn copy(file: &Path, folder: &Path) -> Result<()> {
    let name = file.file_name().context("a file has a name")?;
    fs::copy(file, folder.join(name)).with_context(|| format!("cannot copy {}", file.display()))?;
    Ok(())
}
