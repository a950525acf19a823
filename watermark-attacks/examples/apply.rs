//! Applies one attack to a file: `apply IN NAME OUT [SEED]`; `apply --list` prints the table.
//!
//! With the extension of the attack's codec (`jpg`, `webp`) the output is the attacked file itself, else a copy of its
//! pixels in the format asked for.

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args == ["--list"] {
        for a in watermark_attacks::all() {
            println!("{:22} {:8} {}", a.name, a.group, a.description);
        }
        return Ok(());
    }
    let (input, name, output, seed) = match args.as_slice() {
        [input, name, output] => (input, name, output, 0),
        [input, name, output, seed] => (input, name, output, seed.parse()?),
        _ => return Err("usage: apply IN NAME OUT [SEED] | apply --list".into()),
    };
    let attack = watermark_attacks::find(name).ok_or_else(|| format!("no attack named {name}; try --list"))?;
    let attacked = attack.apply(&image::open(input)?.into_rgb8(), seed)?;
    let wanted = Path::new(output).extension().is_some_and(|e| e == attacked.extension());
    match attacked.file {
        Some((_, bytes)) if wanted => std::fs::write(output, bytes)?,
        _ => attacked.image.save(output)?,
    }
    Ok(())
}
