//! Packs files into a gzip of a tar with the same bytes each time; those of a package for npm are below `package/`.

use super::files::Files;
use anyhow::{Context, Result};
use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

/// The time that npm gives every file: zip files begin in 1980, and 0 looks like a mistake to some programs.
const TIME: u64 = 499_162_500;

/// The bytes of a package for npm.
///
/// # Errors
/// When a name is longer than a tar can say.
pub fn npm(files: &Files) -> Result<Vec<u8>> {
    below("package", files)
}

/// The bytes of an archive whose files are below one directory.
///
/// # Errors
/// As of [`npm`].
pub fn below(directory: &str, files: &Files) -> Result<Vec<u8>> {
    let gzip = GzBuilder::new().write(Vec::new(), Compression::best());
    let mut archive = Builder::new(gzip);
    for (name, file) in &files.0 {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(if file.is_program { 0o755 } else { 0o644 });
        header.set_mtime(TIME);
        header.set_size(file.bytes.len() as u64);
        archive
            .append_data(
                &mut header,
                format!("{directory}/{name}"),
                file.bytes.as_slice(),
            )
            .with_context(|| format!("{name} cannot be packed"))?;
    }
    let gzip = archive
        .into_inner()
        .context("the archive cannot be packed")?;
    gzip.finish().context("the archive cannot be compressed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read;

    #[test]
    fn when_the_same_is_packed_twice_then_the_bytes_are_the_same_and_programs_can_be_run() {
        let pack = |names: [&str; 2]| {
            let mut files = Files::default();
            names.iter().for_each(|name| files.text(name, name));
            files.0.get_mut("b").unwrap().is_program = true;
            npm(&files).unwrap()
        };
        assert_eq!(pack(["a", "b"]), pack(["b", "a"]));
        let packed = pack(["a", "b"]);
        let mut archive = tar::Archive::new(GzDecoder::new(packed.as_slice()));
        let entries = archive.entries().unwrap().map(|entry| {
            let mut entry = entry.unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            let path = entry.path().unwrap().display().to_string();
            (path, entry.header().mode().unwrap(), text)
        });
        assert_eq!(
            entries.collect::<Vec<_>>(),
            [
                ("package/a".to_owned(), 0o644, "a".to_owned()),
                ("package/b".to_owned(), 0o755, "b".to_owned()),
            ]
        );
    }
}
