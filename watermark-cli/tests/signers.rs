//! A key that this program never sees: a real SSH agent signs.
#![cfg(unix)]

mod common;

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::{Bench, png, street};
use serde_json::json;

/// An `ssh-agent` in the foreground, ended when dropped.
struct Agent {
    child: Child,
    socket: PathBuf,
}

impl Agent {
    /// Starts one with a new ed25519 key, whose public half is `id.pub`. `None` where OpenSSH is not installed.
    fn start(bench: &Bench) -> Option<Self> {
        let socket = bench.path("agent.sock");
        let spawned = Command::new("ssh-agent").arg("-D").arg("-a").arg(&socket).stdout(Stdio::null()).spawn();
        let child = match spawned {
            Ok(child) => child,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                eprintln!("SKIPPED: ssh-agent is not installed; scripts/test.sh says how to get it");
                return None;
            }
            Err(error) => panic!("{error}"),
        };
        let agent = Self { child, socket };
        let deadline = Instant::now() + Duration::from_secs(20);
        while !agent.socket.exists() {
            assert!(Instant::now() < deadline, "ssh-agent makes no socket");
            std::thread::sleep(Duration::from_millis(20));
        }
        agent.add(bench, "id");
        Some(agent)
    }

    fn add(&self, bench: &Bench, name: &str) {
        let key = bench.path(name);
        let made =
            Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "studio", "-f"]).arg(&key).status();
        assert!(made.unwrap().success());
        let added = Command::new("ssh-add").arg("-q").arg(&key).env("SSH_AUTH_SOCK", &self.socket).status();
        assert!(added.unwrap().success());
        // From here on only the agent has it.
        std::fs::remove_file(&key).unwrap();
    }

    fn run(&self, bench: &Bench, args: &[&str]) -> (i32, String) {
        let output = bench.command(args).env("SSH_AUTH_SOCK", &self.socket).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_ssh_agent_stamps_signs_directories_and_reports() {
    let bench = Bench::new();
    let Some(agent) = Agent::start(&bench) else { return };
    agent.add(&bench, "root");
    bench.ok(&[
        "keygen",
        "--public-key",
        "id.pub",
        "-o",
        "id.directory.json",
        "--name",
        "Agency",
        "--system",
        "painter@2.1",
    ]);
    assert_eq!(bench.list("."), ["agent.sock", "id.directory.json", "id.pub", "root.pub"], "no private key anywhere");
    let (code, text) = agent.run(&bench, &["trust", "sign", "id.directory.json", "--root-key", "ssh-agent:root.pub"]);
    assert_eq!(code, 0, "{text}");
    bench.ok(&["trust", "add", "id.directory.json"]);

    bench.put("in.png", &png(&street()));
    let stamp = [
        "stamp",
        "--signer",
        "ssh-agent:id.pub",
        "--system",
        "painter@2.1",
        "--ledger",
        "l.jsonl",
        "in.png",
        "-o",
        "out.png",
    ];
    let (code, text) = agent.run(&bench, &stamp);
    assert_eq!(code, 0, "{text}");
    assert!(!text.contains("warning"), "{text}");
    let (code, found) = bench.verify(&["out.png"]);
    assert_eq!((code, &found[0]["signature"]["issuer"]["name"]), (0, &json!("Agency")));
    bench.ok(&["ledger", "verify", "l.jsonl"]);

    let report = ["verify", "--effort", "fast", "out.png", "--report", "r.html", "--report-key", "ssh-agent:id.pub"];
    assert_eq!(agent.run(&bench, &report).0, 0);
    assert!(bench.ok(&["trust", "verify", "r.html"]).stdout.contains("signed by Agency"));
}

#[test]
fn what_keeps_an_agent_from_signing_is_said() {
    let bench = Bench::new();
    bench.put("in.png", &png(&street()));
    let stamp = ["stamp", "--signer", "ssh-agent:id.pub", "in.png", "-o", "out.png"];
    let Some(agent) = Agent::start(&bench) else { return };
    let cases = [
        ("/nowhere/agent.sock", 1, "cannot reach the SSH agent at /nowhere/agent.sock"),
        ("", 2, "SSH_AUTH_SOCK is not set"),
    ];
    for (socket, code, reason) in cases {
        let output = bench.command(&stamp).env("SSH_AUTH_SOCK", socket).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{stderr}");
        assert!(stderr.contains(reason), "{stderr}");
    }
    let emptied = Command::new("ssh-add").args(["-q", "-D"]).env("SSH_AUTH_SOCK", &agent.socket).status();
    assert!(emptied.unwrap().success());
    let (code, text) = agent.run(&bench, &stamp);
    assert_eq!(code, 1);
    assert!(text.contains("the SSH agent refused: it does not hold this key"), "{text}");
    assert!(!bench.has("out.png"));
    let (code, text) = agent.run(&bench, &["stamp", "--signer", "id.pub", "in.png", "-o", "out.png"]);
    assert_eq!(code, 2);
    assert!(text.contains("write ssh-agent:KEY.pub"), "{text}");
}
