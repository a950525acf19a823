//! `cargo xtask serve`: builds the page and serves it on this machine alone.

use std::io::{BufRead, BufReader, Read, Result as IoResult, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;
use std::{fs, thread};

use anyhow::{Context, Result};

use crate::wasm;

/// What `index.html` asks for in its own head, and what only a header can say.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; \
    img-src 'self' blob: data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Serves the page on `port` of 127.0.0.1 (0 takes a free one), built before or now.
pub(crate) fn run(port: u16, build: bool) -> Result<()> {
    if build {
        wasm::run(true)?;
    }
    let page = wasm::root()?.join("web-demo");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .with_context(|| format!("cannot serve on port {port}; choose another with --port"))?;
    println!("http://{}/", listener.local_addr()?);
    serve(&listener, &page)
}

fn serve(listener: &TcpListener, page: &Path) -> Result<()> {
    // A thread for every connection and one answer on each: browsers open spare connections and may leave them silent, which holds up nobody here.
    for stream in listener.incoming() {
        let (stream, page) = (stream?, page.to_path_buf());
        thread::spawn(move || {
            // A visitor who left is no reason to stop.
            let _ = answer(&page, stream);
        });
    }
    Ok(())
}

fn answer(page: &Path, mut stream: TcpStream) -> IoResult<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut head = BufReader::new((&stream).take(16_384)).lines();
    let request = head.next().transpose()?.unwrap_or_default();
    // The rest of the head is read so that closing the connection does not reset it.
    for line in head {
        if line?.is_empty() {
            break;
        }
    }
    let mut words = request.split(' ');
    let (method, url) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let found = file_of(page, url).filter(|_| matches!(method, "GET" | "HEAD"));
    let (status, kind, body) = match found {
        Some(path) => ("200 OK", media_type(&path), fs::read(&path)?),
        None => ("404 Not Found", "text/plain; charset=utf-8", b"not found".to_vec()),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nContent-Security-Policy: {POLICY}\r\n\
         X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    if method != "HEAD" {
        stream.write_all(&body)?;
    }
    Ok(())
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

    #[test]
    fn silent_connections_hold_up_nobody() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || serve(&listener, Path::new(env!("CARGO_MANIFEST_DIR"))));
        let _silent: Vec<_> = (0..32).map(|_| TcpStream::connect(address).unwrap()).collect();
        let mut visitor = TcpStream::connect(address).unwrap();
        visitor.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        visitor.write_all(b"GET /Cargo.toml HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut answer = String::new();
        visitor.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with(include_str!("../Cargo.toml")), "{answer}");
    }
}
