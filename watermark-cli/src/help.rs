//! What `--help` teaches beyond the list of flags.

pub(crate) const ABOUT: &str = "\
Puts invisible, signed marks into images and reads them back.

A mark says who made a picture with which system and when, and an ed25519 signature over that lies in the pixels themselves. It outlives \
recompression, cropping, resizing and the loss of all metadata. To check it one needs the picture and the issuer's key directory, no \
network and no secret.

Absence of a mark never means that a picture was not made by AI.

Try it:
  watermark demo

Set up, stamp, verify:
  watermark keygen -o studio.pem --name 'Example Studio' --system painter@2.1
  watermark stamp --key studio.pem --system painter@2.1 picture.png \\
      -o marked.png
  watermark verify --trust studio.directory.json marked.png";

pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  every file was stamped, or verified
  1  some file was refused, failed, or did not verify
  2  a file could not be read (verify), or the request could not be served

The configuration folder is $WATERMARK_CONFIG_DIR when set; else watermark/ in $XDG_CONFIG_HOME or ~/.config, in ~/Library/Application \
Support on macOS, in %APPDATA% on Windows.";

pub(crate) const KEYGEN: &str = "\
Two files are made. Neither is ever overwritten.
  KEY.pem             secret: whoever has it can sign in your name. Keep a
                      backup offline.
  KEY.directory.json  public: give it to whoever is to verify your marks, by a
                      way they trust.

Add systems to the directory with any editor, or list them here. The directory holds their names, the pixels only a short tag.

A key that an agent or a module holds stays there: --public-key lists it in a directory, and -o names that directory.

Rotation: --into adds the new key to the directory you have. Set the old key's valid_until there with an editor, and sign the directory again if a root key signed it. What the old key signed stays valid.

Examples:
  watermark keygen -o studio.pem --name 'Example Studio'
  watermark keygen -o studio-2027.pem --into studio.directory.json
  watermark keygen --public-key studio.pub -o studio.directory.json \\
      --name 'Example Studio'
  watermark keygen -o studio.pem --name 'Example Studio' \\
      --name-ko '예시 스튜디오' --contact trust@example.org --system painter@2.1

Exit codes: 0 made, 2 not made.";

pub(crate) const STAMP: &str = "\
The stamped file appears under its name only after it was read back from disk, its mark extracted and its verdict found to be what verifiers should say. On any \
error there is no output file, and other files of the same call still get theirs.

Of a folder, files that by name are PNG, JPEG, WebP or AVIF are taken. Pictures of other formats (TIFF, HEIC, GIF, ...) are passed over with a warning.

Format: PNG, JPEG or WebP, by the extension of OUT, else as the input. JPEG and lossy WebP are written at the source's own quality within \
90 to 95 (92 when the source was of another format); WebP from another format is lossless unless --quality is given. Metadata, colour \
profile, alpha and bit depth are kept.

Serial numbers: key and serial together name one stamp, so a serial must never repeat with one key. Without --id each image gets 40 random \
bits. The chance that two of 10 000 such numbers collide is 0.005 %, of 100 000 it is 0.5 %, of a million 37 %: for more than some ten thousand with one \
key keep a counter, and pass it with --id; several images then get N, N+1, ... in the order given, whether or not each is stamped. With --ledger, a number that the ledger holds for the key is \
refused, and a random one drawn again.

Signing elsewhere: --signer ssh-agent:KEY.pub has the SSH agent of SSH_AUTH_SOCK sign, with an ed25519 key that this program never sees.

Ledger: with --ledger, each stamp leaves one signed record, chained to the one before, before its file appears. Several programs may write one ledger at a time, and a crash costs no record of a file that exists. It is what resolves a picture from which only the short part of the mark can still be read; keep it, and its head (`watermark ledger verify`) in another place.

Strength: auto takes the least that survives the reference attacks on the image at hand. A fixed number is used as it is.

Labelling: --profile kr, eu, cn, us-ca applies the layers that the law asks for beside the mark, and records them, signed, in the metadata \
(XMP: IPTC's fields, TC260's AIGC label for cn, our record). What the metadata said before is kept, and nothing is stated twice. The output says which \
notice you still owe, outside the file; `watermark check` goes through the clauses, `watermark notice` prints the words. \
--exempt KIND:REASON keeps a reason why a duty does not hold: obvious, internal or notified for kr; icon, assistive or insubstantial for eu; minor for us-ca. \
Nobody here judges whether it does.

Visible label: --badge draws one into the image before it is marked, so the mark covers it. The presets say: ko 'AI 생성', ko-realistic \
'AI로 생성된 가상의 이미지입니다', en 'AI-Generated', eu 'AI', eu-generated 'AI GENERATED', eu-modified 'AI MODIFIED', zh 'AI生成'. A text of your own may have ASCII and common \
Korean syllables. It is light on dark images and dark on light ones. Where --profile asks for a label, its words are drawn unless --badge says otherwise.

--json prints one object a line, in the order given, as docs/stamp.schema.json describes; its field code says in a word that stays why an image was not stamped.

An image that already carries a mark is refused (unless it was resized, turned or mirrored since, which is not searched for); --force stamps it anyway. An image with room for the short, unsigned part of the mark only \
is stamped with that, and the output says so.

Examples:
  watermark stamp --key studio.pem picture.png -o marked.png
  watermark stamp --key studio.pem --realistic --id 1000 renders/ \\
      --out-dir marked/
  watermark stamp --key studio.pem --badge ko --badge-corner top-left \\
      picture.png -o marked.png
  watermark stamp --key studio.pem --profile kr,eu --system painter@2.1 \\
      picture.png -o marked.png
  watermark stamp --key studio.pem - -o - < in.jpg > out.jpg
  watermark stamp --key studio.pem picture.jpg -o picture.jpg --overwrite
  watermark stamp --signer ssh-agent:studio.pub --ledger stamps.jsonl \\
      renders/ --out-dir marked/

Exit codes: 0 all stamped, 1 some refused or failed, 2 the request could not be served.";

pub(crate) const VERIFY: &str = "\
Verdicts, strongest first:
  verified        signed by a key that a trusted directory lists as valid for
                  the time of stamping
  altered         the same, but parts of the picture were changed since (--map
                  shows where): the mark is missing, or nothing can be read
                  there and the signed content hash says that it looked
                  otherwise
  transplanted    the same, but the message was made for another picture and
                  moved into this one
  unknown-issuer  a signed message was read; no trusted directory vouches for
                  its key at that time
  bad-signature   a signed message was read, and no listed key of that id signed
                  it
  marked          a mark is there, without a readable signed message; what it
                  states is a claim
  none            no mark found. This does not mean the image was not made by
                  AI.
  error           the file could not be read (--json only; the reason is in
                  'error')

With --trust exactly these directories count. Without it: every *.json of trust/ in the configuration folder, and the development key's \
directory if there is one.

Of a folder, files that by name are PNG, JPEG, WebP or AVIF are taken. Pictures of other formats (TIFF, HEIC, GIF, ...) are passed over with a warning.

--json prints one object a line, in the order given, as docs/verify.schema.json describes.

Examples:
  watermark verify --trust studio.directory.json picture.jpg
  watermark verify --trust studio.directory.json --map changed.png picture.jpg
  watermark verify --trust studio.directory.json --json downloads/ \\
      | jq -r 'select(.verdict == \"verified\") | .file'
  watermark verify --ledger stamps.jsonl --report report.html \\
      --report-key auditor.pem picture.jpg
  curl -s https://example.org/picture.webp \\
      | watermark verify --trust studio.directory.json -

Exit codes: 0 all verified, 1 not all, 2 some file could not be read or the request could not be served.";

pub(crate) const INSPECT: &str = "\
Every field is shown with its bits, its raw value and its meaning, and with what stands behind it:
  signed   the signature holds under a key of a trusted directory
  claimed  anybody could have written it

Example:
  watermark inspect --trust studio.directory.json picture.jpg

Exit codes: 0 something was read, 1 nothing was, 2 the file could not be read.";

pub(crate) const DEMO: &str = "\
Stamps a picture with a key made for the occasion, makes attacked copies, verifies every one from its file, and prints what was found. \
Nothing in the table is fixed beforehand. The folder then holds the original, the stamped picture, the difference between the two \
magnified 16 times, every attacked copy, and the directory to verify them with.

Examples:
  watermark demo
  watermark demo --image mine.jpg --out /tmp/mine

Exit codes: 0 the untouched stamped picture verifies, 1 it does not, 2 the demo could not run.";

pub(crate) const AUDIT: &str = "\
Examines every PNG, JPEG, WebP and AVIF file below a folder, names files that it passed over or could not read, and prints how many came to which verdict. Details go to --csv (one line an image) and --report (HTML or \
JSON, see verify). Findings are those of `watermark verify`. An earlier report or table of the name is replaced; any other file never is.

In CSV a cell that a spreadsheet would run (it begins with = + - @ or a control character, and is no number) has an apostrophe in front, and control \
characters become U+FFFD.

Examples:
  watermark audit --trust studio.directory.json downloads/ --csv downloads.csv
  watermark audit downloads/ --report downloads.html --report-key auditor.pem

Exit codes: 0 all verified, 1 not all, 2 some file could not be read or the request could not be served.";

pub(crate) const TRUST: &str = "\
The trust store is the folder trust/ of the configuration folder: the directories that count when --trust is not given. The development key of \
this machine counts beside them, once `stamp` without --key has made it.

A directory may be signed by a root key that signs nothing else. `trust add` then takes later editions of the same root, and refuses older ones \
(which may lack a revocation) and those of another root. The first time, compare the root key with what the issuer publishes elsewhere.

A root key is made like any other (`watermark keygen`), and the directory made with it is not needed: what you publish is the one that it signs.

A report's signer is named with --trust, in `trust verify` alone. Added with `trust add`, the signer's directory would count for pictures too: marks made with \
that key would be verified.

Issuers sign with `trust sign`: it sets the time, counts the edition up, and replaces the old signature. Keep the root key offline. To hand over \
to a new root, sign one edition with both: --root-key OLD.pem --root-key NEW.pem.

Examples:
  watermark trust add studio.directory.json
  watermark trust list
  watermark trust remove 1f2e3d4c5b6a7988
  watermark trust verify studio.directory.json
  watermark trust verify --trust auditor.directory.json report.html
  watermark keygen -o root.pem --name 'Example Studio root'
  watermark trust sign studio.directory.json --root-key root.pem

Exit codes: 0 done, or verified; 1 refused, not signed, outdated, or signed by nobody you trust; 2 a file could not be read or contradicts itself.";

pub(crate) const LEDGER: &str = "\
A ledger is written by `watermark stamp --ledger FILE`: one line of JSON for each stamp, signed by the stamping key and chained to the line before.

`ledger lookup`, like --ledger of verify and audit, checks the records that it finds, each by itself. It is `ledger verify` that checks the chain.

`ledger verify` names the first record that was changed, replaced or taken out. Records cut off at the end show only against a head noted \
earlier (--head), so keep the head it prints in another place. A last line that is incomplete does not count, and the next stamp takes it off and says \
so: a crash leaves one, and so does whoever cuts a record.

Examples:
  watermark ledger verify stamps.jsonl
  watermark ledger verify stamps.jsonl --head \\
      1000:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b
  watermark ledger lookup stamps.jsonl --serial 669909432957
  watermark ledger lookup stamps.jsonl --image marked.jpg

Exit codes: 0 intact, signed by trusted keys that counted at the times stated, and no serial used twice; or found; 1 not; 2 the file could not be read.";

pub(crate) const CHECK: &str = "\
Each clause of a profile is held against what the file shows:
  met      the file has what the clause asks for
  not met  it lacks it; the remedy stands below
  outside  no file can show it: you have to, elsewhere (a notice, your terms, a
           detection tool)

Evidence is the mark in the pixels, the metadata, a C2PA manifest that holds and states AI (with the feature c2pa), and the visible label as the signed record states it: no program \
can see whether a label is visible. Say --badge-seen when you have looked.

Pictures count as exported unless you say --inside-service. They count as realistic or artistic when mark or record say so; --realistic adds to that.

Clauses that were not read in the primary text are shown as not verified. This is not legal advice, and no outcome says that anybody complies with a \
law. Who owes what: docs/LABELS.md.

--json prints one object a line, in the order given, as docs/check.schema.json describes. --lang ko says everything in Korean, in JSON too; ids and \
statuses stay as they are.

Examples:
  watermark check --profile kr --lang ko --trust studio.directory.json \\
      marked.png
  watermark check --profile kr,eu --realistic --trust studio.directory.json \\
      marked/
  watermark check --profile cn --json marked.png \\
      | jq '.profiles[].clauses[] | select(.status == \"not-met\")'

Exit codes: 0 every clause inside the file is met, 1 not, 2 some file could not be read or the request could not be served.";

pub(crate) const NOTICE: &str = "\
The laws state a fact to be told, not a sentence: the wordings are this project's, and yours to change. Each has an id for your evidence, and a changed \
text gets a new one. They are data: watermark-label/notices/.

Occasions: download (the picture is handed out), before-use (terms, start screen), voice (spoken), alt (alternative text).

Examples:
  watermark notice --profile kr --lang ko --for download
  watermark notice --profile kr --lang ko --for before-use --html
  watermark notice --profile eu --for alt --json

Exit codes: 0 printed, 2 there is none.";

pub(crate) const REPORT: &str = "\
The ledger is checked first, record by record, as `watermark ledger verify` does. One that is not intact gives no report: exit code 1, and the record at \
fault is named. The report carries the ledger's head, the records it covers with the hashes of the first and the last, and its own limits.

Days are days at --zone, UTC without it; --from and --to are days too, both included. A record's time is the one its stamp states.

By the name of OUT: .html is one page to read and print, .json the same for programs, .csv one line for each record of the period. With --report-key the \
signature goes to OUT.sig, and `watermark trust verify OUT` checks it. An earlier OUT is replaced, with its signature; a file that this call reads never is.

It counts what the program recorded when it stamped. It does not show that a notice was given, and no number in it says that anybody complies with a law.

Examples:
  watermark report --ledger stamps.jsonl --from 2026-11-01 --to 2026-11-30 \\
      --zone +09:00 --lang ko -o november.html
  watermark report --ledger stamps.jsonl -o all.csv
  watermark report --ledger stamps.jsonl -o report.json --report-key auditor.pem

Exit codes: 0 written, and every key of the period is listed in a directory you trust and counted at the times stated; 1 written, but a key does not, or a \
serial was used twice, or not written, since the ledger is not intact; 2 it could not be read.";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use crate::args::Arguments;

    /// Clap wraps what is longer, and sets the rest of a table's or an example's line under its first column.
    #[test]
    fn tables_and_examples_fit_80_columns() {
        let root = Arguments::command();
        let texts = root.get_subcommands().filter_map(clap::Command::get_after_long_help);
        let texts = texts.chain(root.get_long_about()).chain(root.get_after_help());
        let texts: Vec<_> = texts.map(ToString::to_string).collect();
        assert!(texts.len() > 10);
        // A Korean letter takes two.
        let columns = |line: &str| line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
        let long =
            texts.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with("  ") && columns(line) > 80);
        assert_eq!(long.collect::<Vec<_>>(), [""; 0]);
    }
}
