//! `cargo xtask serve`: builds the page and serves it on this machine alone.

use std::fs::File;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread;

use anyhow::{Result, anyhow};
use tiny_http::{Header, Request, Response, Server};

use crate::wasm;

/// What `index.html` asks for in its own head, and what only a header can say.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; \
    img-src 'self' blob: data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Arguments of `cargo xtask serve`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Serve what was built before.
    #[arg(long)]
    no_build: bool,
    /// Build without the slow optimisations of the published package.
    #[arg(long)]
    dev: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    if !args.no_build {
        wasm::run(&wasm::Args { dev: args.dev })?;
    }
    let page = wasm::root()?.join("web-demo");
    let server = Server::http(("127.0.0.1", args.port))
        .map_err(|error| anyhow!("cannot serve on port {}: {error}; choose another with --port", args.port))?;
    println!("http://{}/", server.server_addr());
    let server = Arc::new(server);
    // Browsers open several connections at once.
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let (server, page) = (Arc::clone(&server), page.clone());
            thread::spawn(move || {
                while let Ok(request) = server.recv() {
                    // A visitor who left is no reason to stop.
                    let _ = answer(&page, request);
                }
            })
        })
        .collect();
    for worker in workers {
        worker.join().map_err(|_| anyhow!("the server stopped"))?;
    }
    Ok(())
}

fn answer(page: &Path, request: Request) -> std::io::Result<()> {
    let Some(path) = file_of(page, request.url()) else {
        return request.respond(Response::from_string("not found").with_status_code(404));
    };
    let kind = media_type(&path);
    let mut response = Response::from_file(File::open(path)?);
    for (name, value) in [
        ("Content-Type", kind),
        ("Content-Security-Policy", POLICY),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-cache"),
    ] {
        if let Ok(header) = Header::from_bytes(name, value) {
            response.add_header(header);
        }
    }
    request.respond(response)
}

/// The file that an address means; nothing outside the page's folder.
fn file_of(page: &Path, url: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?.trim_start_matches('/');
    let relative = Path::new(if path.is_empty() { "index.html" } else { path });
    let inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
    Some(page.join(relative)).filter(|file| inside && file.is_file())
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stay_inside_the_folder() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(file_of(page, "/Cargo.toml?x#y"), Some(page.join("Cargo.toml")));
        for url in ["/../Cargo.toml", "//etc/passwd", "/src/../../Cargo.toml", "/nothing", "/src"] {
            assert_eq!(file_of(page, url), None, "{url}");
        }
    }
}
