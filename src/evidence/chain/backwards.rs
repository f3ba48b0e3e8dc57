//! The lines of the file, last to first: what a push needs stands near the end.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

/// Bytes that are read at once.
const BLOCK: u64 = 64 * 1024;

/// The lines of a file from its end. The first is what follows the last line feed:
/// empty, where the file ends as it should.
pub(in crate::evidence) struct Backwards<'a> {
    file: &'a mut File,
    /// From where on the file has been read.
    start: u64,
    /// What has been read and not been given out: the beginning of it may be missing.
    known: Vec<u8>,
    is_over: bool,
}

impl<'a> Backwards<'a> {
    pub(in crate::evidence) fn of(file: &'a mut File) -> io::Result<Self> {
        let start = file.metadata()?.len();
        Ok(Self { file, start, known: Vec::new(), is_over: false })
    }

    fn line(&mut self) -> io::Result<Vec<u8>> {
        // Where a line feed can be that has not been looked for.
        let mut unseen = self.known.len();
        loop {
            let found = self.known.iter().take(unseen).rposition(|byte| *byte == b'\n');
            if let Some(at) = found {
                let line = self.known.split_off(at + 1);
                self.known.pop();
                return Ok(line);
            }
            if self.start == 0 {
                self.is_over = true;
                return Ok(std::mem::take(&mut self.known));
            }
            unseen = self.read_before()?;
        }
    }

    /// Puts another block before what is known; how long it is.
    fn read_before(&mut self) -> io::Result<usize> {
        // A long line doubles what is read, so that it is not copied for each block.
        let length = BLOCK.max(self.known.len() as u64).min(self.start);
        self.start -= length;
        self.file.seek(SeekFrom::Start(self.start))?;
        let mut block = Vec::with_capacity(self.known.len());
        let read = self.file.by_ref().take(length).read_to_end(&mut block)?;
        if read as u64 != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        block.append(&mut self.known);
        self.known = block;
        Ok(read)
    }
}

impl Iterator for Backwards<'_> {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let line = self.line();
        self.is_over |= line.is_err();
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> Vec<Vec<u8>> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lines");
        std::fs::write(&path, text).unwrap();
        let mut file = File::open(&path).unwrap();
        Backwards::of(&mut file).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn they_come_as_split_would_give_them_last_to_first() {
        let long = |byte: u8, n: usize| vec![byte; n];
        let block = BLOCK as usize;
        for text in [
            vec![],
            b"\n".to_vec(),
            b"open".to_vec(),
            b"one\ntwo\n\nopen".to_vec(),
            [long(b'a', block - 1), b"\n".to_vec()].concat(),
            [long(b'a', block), b"\n".to_vec()].concat(),
            [b"x\n".to_vec(), long(b'a', 3 * block + 7), b"\ny\n".to_vec()].concat(),
            b"short\n".repeat(block / 2),
        ] {
            let mut expected: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
            expected.reverse();
            assert_eq!(lines(&text), expected);
        }
    }
}
