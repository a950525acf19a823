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
  watermark stamp --key studio.pem --system painter@2.1 picture.png -o marked.png
  watermark verify --trust studio.directory.json marked.png";

pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  every file was stamped, or verified
  1  some file was refused, failed, or did not verify
  2  a file could not be read (verify), or the request itself could not be served

The configuration folder is $WATERMARK_CONFIG_DIR when set; else watermark/ in $XDG_CONFIG_HOME or ~/.config, in ~/Library/Application \
Support on macOS, in %APPDATA% on Windows.";

pub(crate) const KEYGEN: &str = "\
Two files are made. Neither is ever overwritten.
  KEY.pem             secret: whoever has it can sign in your name. Keep a backup offline.
  KEY.directory.json  public: give it to whoever is to verify your marks, by a way they trust.

Add systems to the directory with any editor, or list them here. The directory holds their names, the pixels only a short tag.

A key that an agent or a module holds stays there: --public-key lists it in a directory, and -o names that directory.

Rotation: --into adds the new key to the directory you have. Set the old key's valid_until there with an editor, and sign the directory again if a root key signed it. What the old key signed stays valid.

Examples:
  watermark keygen -o studio.pem --name 'Example Studio'
  watermark keygen -o studio-2027.pem --into studio.directory.json
  watermark keygen --public-key studio.pub -o studio.directory.json --name 'Example Studio'
  watermark keygen -o studio.pem --name 'Example Studio' --name-ko '예시 스튜디오' --contact trust@example.org --system painter@2.1

Exit codes: 0 made, 2 not made.";

pub(crate) const STAMP: &str = "\
The stamped file appears under its name only after it was read back from disk, its mark extracted and its signature verified. On any \
error there is no output file, and other files of the same call still get theirs.

Format: PNG, JPEG or WebP, by the extension of OUT, else as the input. JPEG and lossy WebP are written at the source's own quality within \
90 to 95 (92 when the source was of another format); WebP from another format is lossless unless --quality is given. Metadata, colour \
profile, alpha and bit depth are kept.

Serial numbers: key and serial together name one stamp, so a serial must never repeat with one key. Without --id each image gets 40 random \
bits. The chance that two of 10 000 such numbers collide is 0.005 %, of 100 000 it is 0.5 %, of a million 37 %: for more than some ten thousand with one \
key keep a counter, and pass it with --id; several images then get N, N+1, ... in the order given, whether or not each is stamped.

Signing elsewhere: --signer ssh-agent:KEY.pub has the SSH agent of SSH_AUTH_SOCK sign, with an ed25519 key that this program never sees.

Ledger: with --ledger, each stamp leaves one signed record, chained to the one before, before its file appears. Several programs may write one ledger at a time, and a crash costs no record of a file that exists. It is what resolves a picture from which only the short part of the mark can still be read; keep it, and its head (`watermark ledger verify`) in another place.

Strength: auto takes the least that survives the reference attacks on the image at hand. A fixed number is used as it is.

An image that already carries a mark is refused; --force stamps it anyway. An image with room for the short, unsigned part of the mark only \
is stamped with that, and the output says so.

Examples:
  watermark stamp --key studio.pem picture.png -o marked.png
  watermark stamp --key studio.pem --realistic --id 1000 renders/ --out-dir marked/
  watermark stamp --key studio.pem - -o - < in.jpg > out.jpg
  watermark stamp --key studio.pem picture.jpg -o picture.jpg --overwrite
  watermark stamp --signer ssh-agent:studio.pub --ledger stamps.jsonl renders/ --out-dir marked/

Exit codes: 0 all stamped, 1 some refused or failed, 2 the request could not be served.";

pub(crate) const VERIFY: &str = "\
Verdicts, strongest first:
  verified        signed by a key that a trusted directory lists as valid for the time of stamping
  altered         the same, but parts of the picture were changed since: the mark is missing there (--map shows where)
  transplanted    the same, but the message was made for another picture and moved into this one
  unknown-issuer  a signed message was read; no trusted directory vouches for its key at that time
  bad-signature   a signed message was read, and no listed key of that id signed it
  marked          a mark is there, without a readable signed message; what it states is a claim
  none            no mark found. This does not mean the image was not made by AI.
  error           the file could not be read (--json only; the reason is in 'error')

With --trust exactly these directories count. Without it: every *.json of trust/ in the configuration folder, and the development key's \
directory if there is one.

--json prints one object a line, in the order given, as docs/verify.schema.json describes.

Examples:
  watermark verify --trust studio.directory.json picture.jpg
  watermark verify --trust studio.directory.json --map changed.png picture.jpg
  watermark verify --trust studio.directory.json --json downloads/ | jq -r 'select(.verdict == \"verified\") | .file'
  watermark verify --ledger stamps.jsonl --report report.html --report-key auditor.pem picture.jpg
  curl -s https://example.org/picture.webp | watermark verify --trust studio.directory.json -

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
Examines every image below a folder and prints how many came to which verdict. Details go to --csv (one line an image) and --report (HTML or \
JSON, see verify). Findings are those of `watermark verify`.

Examples:
  watermark audit --trust studio.directory.json downloads/ --csv downloads.csv
  watermark audit downloads/ --report downloads.html --report-key auditor.pem

Exit codes: 0 all verified, 1 not all, 2 some file could not be read or the request could not be served.";

pub(crate) const TRUST: &str = "\
The trust store is the folder trust/ of the configuration folder: the directories that count when --trust is not given.

A directory may be signed by a root key that signs nothing else. `trust add` then takes later editions of the same root, and refuses older ones \
(which may lack a revocation) and those of another root. The first time, compare the root key with what the issuer publishes elsewhere.

Issuers sign with `trust sign`: it sets the time, counts the edition up, and replaces the old signature. Keep the root key offline. To hand over \
to a new root, sign one edition with both: --root-key OLD.pem --root-key NEW.pem.

Examples:
  watermark trust add studio.directory.json
  watermark trust list
  watermark trust remove 1f2e3d4c5b6a7988
  watermark trust verify studio.directory.json report.html
  watermark keygen -o root.pem --name 'Example Studio root'
  watermark trust sign studio.directory.json --root-key root.pem

Exit codes: 0 done, or verified; 1 refused, not signed, outdated, or signed by nobody you trust; 2 a file could not be read or contradicts itself.";

pub(crate) const LEDGER: &str = "\
A ledger is written by `watermark stamp --ledger FILE`: one line of JSON for each stamp, signed by the stamping key and chained to the line before.

`ledger verify` names the first record that was changed, replaced or taken out. Records cut off at the end show only against a head noted \
earlier (--head), so keep the head it prints in another place.

Examples:
  watermark ledger verify stamps.jsonl
  watermark ledger verify stamps.jsonl --head 1000:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b
  watermark ledger lookup stamps.jsonl --serial 669909432957
  watermark ledger lookup stamps.jsonl --image marked.jpg

Exit codes: 0 intact and signed by trusted keys, or found; 1 not; 2 the file could not be read.";
